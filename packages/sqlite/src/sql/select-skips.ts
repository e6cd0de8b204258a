/** In: group, how many. Out: position, how and when of what it was not handed, latest first. Locks nothing. */
export const selectSkips = `
SELECT position, how, at FROM millrace_skips WHERE grp = ?1 ORDER BY number DESC LIMIT ?2`
