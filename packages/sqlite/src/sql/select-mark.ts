/** In: group, position. Out: a row if the group is never to be handed it. Locks nothing. */
export const selectMark = `
SELECT 1 FROM millrace_marks WHERE grp = ?1 AND position = ?2`
