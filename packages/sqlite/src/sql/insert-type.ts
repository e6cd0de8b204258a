/** In: name. Out: its new id. Needs the write lock. */
export const insertType = `
INSERT INTO millrace_types (name) VALUES (?1) RETURNING id`
