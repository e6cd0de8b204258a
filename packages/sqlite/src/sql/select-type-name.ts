/** In: id. Out: name. Locks nothing. */
export const selectTypeName = `
SELECT name FROM millrace_types WHERE id = ?1`
