/** In: group, key. Out: its replay state. Locks nothing. */
export const selectReplay = `
SELECT replay FROM millrace_replays WHERE grp = ?1 AND key = ?2`
