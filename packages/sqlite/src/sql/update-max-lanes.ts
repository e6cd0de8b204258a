/** In: group, the most lanes. Needs the write lock. */
export const updateMaxLanes = `
UPDATE millrace_groups SET max_lanes = ?2 WHERE id = ?1`
