/** In: boot, now. Its leases end now and stay its own, so that the next claim counts as a take-over. Needs the write lock. */
export const endLaneLeases = `
UPDATE millrace_lanes SET lease_until = min(lease_until, ?2), due = CASE WHEN parked = 1 THEN NULL ELSE max(min(lease_until, ?2), retry_at) END WHERE boot = ?1`
