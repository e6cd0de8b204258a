/** In: format. Needs the write lock. */
export const updateFormat = `
UPDATE millrace_log SET format = ?1 WHERE id = 1`
