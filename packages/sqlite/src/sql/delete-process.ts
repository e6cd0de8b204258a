/** In: name. Needs the write lock. */
export const deleteProcess = `
DELETE FROM millrace_processes WHERE name = ?1`
