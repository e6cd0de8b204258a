/** In: group, now, whose leases come first. Out: partition and next position of the lane that has the oldest message. Locks nothing. */
export const selectDueLanes = `
SELECT partition, next, owner IS ?3 FROM millrace_lanes INDEXED BY millrace_lanes_due
WHERE grp = ?1 AND due <= ?2 ORDER BY owner IS ?3 DESC, next LIMIT ?4`
