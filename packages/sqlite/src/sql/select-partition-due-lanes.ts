/** In: group, partition, now, how many (-1: all), whose leases come first, how many of them are passed over. Out: whole lanes that may be claimed, oldest message first. Locks nothing. */
export const selectPartitionDueLanes = `
SELECT key, partition, next, failures, single, parked, retry_at, lease_until, error, token, owner, boot, takeovers, replay, kept
FROM millrace_lanes WHERE grp = ?1 AND partition = ?2 AND due <= ?3 ORDER BY owner IS ?5 DESC, next, key LIMIT ?4 OFFSET ?6`
