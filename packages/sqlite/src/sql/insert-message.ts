/** In: a message, column by column. Needs the write lock. */
export const insertMessage = `
INSERT INTO millrace_messages VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`
