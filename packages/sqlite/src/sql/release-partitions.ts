/** In: boot. Its leases fall free. Needs the write lock. */
export const releasePartitions = `
UPDATE millrace_partitions SET owner = NULL, boot = NULL, lease_until = 0 WHERE boot = ?1`
