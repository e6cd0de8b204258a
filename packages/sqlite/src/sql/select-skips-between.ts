/** In: group, a position to stay above, the last one. Out: skipped positions. Locks nothing. */
export const selectSkipsBetween = `
SELECT position FROM millrace_marks WHERE grp = ?1 AND position > ?2 AND position <= ?3`
