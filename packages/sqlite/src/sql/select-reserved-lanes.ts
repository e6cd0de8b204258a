/** In: group, process name, now, how many. Out: partition and next position of the lanes reserved for the name, those with the oldest message first. Locks nothing. */
export const selectReservedLanes = `
SELECT partition, next FROM millrace_lanes INDEXED BY millrace_lanes_reserved
WHERE grp = ?1 AND owner = ?2 AND boot = '' AND parked = 0 AND retry_at <= ?3 ORDER BY next LIMIT ?4`
