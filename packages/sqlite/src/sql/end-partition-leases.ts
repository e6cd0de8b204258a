/** In: boot, now. Its leases end now and stay its own, so that the next claim counts as a take-over. Needs the write lock. */
export const endPartitionLeases = `
UPDATE millrace_partitions SET lease_until = min(lease_until, ?2) WHERE boot = ?1`
