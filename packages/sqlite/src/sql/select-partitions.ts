/** In: group. Out: its partitions in order. Locks nothing. */
export const selectPartitions = `
SELECT partition, checkpoint, replay, token, lease_until, owner, boot, takeovers, lease_ms, hold_until, hold, lanes, settles
FROM millrace_partitions WHERE grp = ?1 ORDER BY partition`
