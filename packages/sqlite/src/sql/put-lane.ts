/** In: group and a whole lane. Needs the write lock. */
export const putLane = `
INSERT OR REPLACE INTO millrace_lanes
  (grp, key, partition, next, failures, single, parked, retry_at, lease_until, due, error, token, owner, boot, takeovers, replay, kept)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)`
