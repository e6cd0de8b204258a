/** In: group, partition, and all that changes in it. Needs the write lock. */
export const updatePartition = `
UPDATE millrace_partitions SET checkpoint = ?3, replay = ?4, token = ?5, lease_until = ?6, owner = ?7, boot = ?8, takeovers = ?9,
  lease_ms = ?10, hold_until = ?11, hold = ?12, lanes = ?13, settles = ?14
WHERE grp = ?1 AND partition = ?2`
