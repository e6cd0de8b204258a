/** In: name. Out: its new id. Needs the write lock. */
export const insertStream = `
INSERT INTO millrace_streams (name) VALUES (?1) RETURNING id`
