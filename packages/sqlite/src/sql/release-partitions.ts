/** In: boot, its process name. Its leases, and those reserved for its name, fall free. Needs the write lock. */
export const releasePartitions = `
UPDATE millrace_partitions SET owner = NULL, boot = NULL, lease_until = 0 WHERE boot = ?1 OR boot = '' AND owner = ?2`
