/** In: group, status, why it is stopped as JSON. Needs the write lock. */
export const updateGroupStatus = `
UPDATE millrace_groups SET status = ?2, stopped = ?3 WHERE id = ?1`
