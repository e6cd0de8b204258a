/** In: boot, now. Out: how many leases in force it has. Locks nothing. */
export const countLeases = `
SELECT (SELECT count(*) FROM millrace_partitions WHERE boot = ?1 AND lease_until > ?2)
  + (SELECT count(*) FROM millrace_lanes WHERE boot = ?1 AND lease_until > ?2)`
