const COLUMNS =
  "key, partition, next, failures, single, parked, retry_at, lease_until, error, token, owner, boot, takeovers, replay, kept"

/**
 * In: group, partition, now, how many (-1: all), whose leases come first, how many of them are passed over. Out: whole lanes that may be claimed, those reserved
 * for that name included, oldest message first. Locks nothing.
 */
export const selectPartitionDueLanes = `
SELECT ${COLUMNS} FROM (
  SELECT ${COLUMNS} FROM millrace_lanes INDEXED BY millrace_lanes_due WHERE grp = ?1 AND partition = ?2 AND due <= ?3
  UNION ALL
  SELECT ${COLUMNS} FROM millrace_lanes INDEXED BY millrace_lanes_reserved
  WHERE grp = ?1 AND owner = ?5 AND boot = '' AND parked = 0 AND partition = ?2 AND retry_at <= ?3 AND due > ?3
) ORDER BY owner IS ?5 DESC, next, key LIMIT ?4 OFFSET ?6`
