/** In: group, position. Out: whole lanes that wait there. Locks nothing. */
export const selectLanesAt = `
SELECT key, partition, next, failures, single, parked, retry_at, lease_until, error, token, owner, boot, takeovers, replay, kept
FROM millrace_lanes WHERE grp = ?1 AND next = ?2`
