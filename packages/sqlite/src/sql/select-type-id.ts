/** In: name. Out: id. Locks nothing. */
export const selectTypeId = `
SELECT id FROM millrace_types WHERE name = ?1`
