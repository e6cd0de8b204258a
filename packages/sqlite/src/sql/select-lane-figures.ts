/** In: group. Out: retrying and parked lanes, the earliest retry. Locks nothing. */
export const selectLaneFigures = `
SELECT count(*) FILTER (WHERE parked = 0), count(*) FILTER (WHERE parked = 1), min(retry_at) FILTER (WHERE parked = 0)
FROM millrace_lanes WHERE grp = ?1`
