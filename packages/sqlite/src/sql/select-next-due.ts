/** In: group, now. Out: when the next lane falls due after it. Locks nothing. */
export const selectNextDue = `
SELECT due FROM millrace_lanes WHERE grp = ?1 AND due > ?2 ORDER BY due LIMIT 1`
