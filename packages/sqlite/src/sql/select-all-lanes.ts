/** In: group, whether only parked ones (NULL: all), the key to begin behind, how many. Out: whole lanes by key. Locks nothing. */
export const selectAllLanes = `
SELECT key, partition, next, failures, single, parked, retry_at, lease_until, error, token, owner, boot, takeovers, replay, kept
FROM millrace_lanes WHERE grp = ?1 AND (?2 IS NULL OR parked = ?2) AND key > ?3 ORDER BY key LIMIT ?4`
