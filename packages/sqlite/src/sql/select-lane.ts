/** In: group, key. Out: the lane. Locks nothing. */
export const selectLane = `
SELECT key, partition, next, failures, single, parked, retry_at, lease_until, error, token, owner, boot, takeovers, replay, kept
FROM millrace_lanes WHERE grp = ?1 AND key = ?2`
