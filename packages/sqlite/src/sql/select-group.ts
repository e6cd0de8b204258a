/** In: name. Out: the group. Locks nothing. */
export const selectGroup = `
SELECT id, ordering, status, start, epoch, reemit, max_lanes, skipped, heard_at FROM millrace_groups WHERE name = ?1`
