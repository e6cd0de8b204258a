/** In: group. Out: how many lanes are open. Locks nothing. */
export const countLanes = `
SELECT count(*) FROM millrace_lanes WHERE grp = ?1`
