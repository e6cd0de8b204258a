/** In: group. Out: key, next position and replay state of all its lanes. Locks nothing. */
export const selectGroupLanes = `
SELECT key, next, replay, partition, single FROM millrace_lanes WHERE grp = ?1`
