/** In: group. Ends all leases of its partitions. Needs the write lock. */
export const fencePartitions = `
UPDATE millrace_partitions SET token = 0, lease_until = 0, owner = NULL, boot = NULL WHERE grp = ?1`
