/** In: group. Ends all leases of its lanes, so that those not parked fall due as their retries say. Needs the write lock. */
export const fenceLanes = `
UPDATE millrace_lanes SET token = 0, lease_until = 0, owner = NULL, boot = NULL, due = CASE WHEN parked = 1 THEN NULL ELSE retry_at END WHERE grp = ?1`
