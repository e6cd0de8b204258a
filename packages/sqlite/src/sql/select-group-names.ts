/** Out: the names of all groups, in order. Locks nothing. */
export const selectGroupNames = `
SELECT name FROM millrace_groups ORDER BY name`
