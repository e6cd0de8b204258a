/** In: group, how many to keep. Forgets the oldest. Needs the write lock. */
export const pruneSkips = `
DELETE FROM millrace_skips WHERE grp = ?1 AND number <= (
  SELECT number FROM millrace_skips WHERE grp = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)`
