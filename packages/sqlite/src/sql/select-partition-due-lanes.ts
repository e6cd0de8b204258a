/** In: group, partition, now, how many, whose leases come first. Out: whole lanes that may be claimed, oldest message first. Locks nothing. */
export const selectPartitionDueLanes = `
SELECT key, partition, next, failures, single, parked, retry_at, lease_until, error, token, owner, boot, takeovers, replay, kept
FROM millrace_lanes WHERE grp = ?1 AND partition = ?2 AND due <= ?3 ORDER BY owner IS ?5 DESC, next LIMIT ?4`
