/** In: process name, its boot. Its leases, and those reserved for its name, fall free. Needs the write lock. */
export const releasePartitions = `
UPDATE millrace_partitions SET owner = NULL, boot = NULL, lease_until = 0 WHERE owner = ?1 AND boot IN (?2, '')`
