/** In: group, an instant. Its retrying lanes are due then at the latest. Needs the write lock. */
export const setLanesDue = `
UPDATE millrace_lanes SET retry_at = min(retry_at, ?2),
  due = CASE WHEN owner IS NULL THEN min(retry_at, ?2) ELSE max(lease_until, min(retry_at, ?2)) END
WHERE grp = ?1 AND parked = 0`
