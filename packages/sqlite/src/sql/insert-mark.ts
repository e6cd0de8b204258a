/** In: group, position. Needs the write lock. */
export const insertMark = `
INSERT INTO millrace_marks VALUES (?1, ?2)`
