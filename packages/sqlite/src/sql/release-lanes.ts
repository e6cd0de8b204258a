/** In: process name, its boot. Its leases, and those reserved for its name, fall free, and the lanes due as their retries say. Needs the write lock. */
export const releaseLanes = `
UPDATE millrace_lanes SET owner = NULL, boot = NULL, lease_until = 0, due = CASE WHEN parked = 1 THEN NULL ELSE retry_at END
WHERE owner = ?1 AND boot IN (?2, '')`
