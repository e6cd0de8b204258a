/** In: group. Out: positions it is never to be handed. Locks nothing. */
export const selectMarks = `
SELECT position FROM millrace_marks WHERE grp = ?1 ORDER BY position`
