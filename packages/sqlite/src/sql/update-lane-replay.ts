/** In: group, key, replay state. Needs the write lock. */
export const updateLaneReplay = `
UPDATE millrace_lanes SET replay = ?3 WHERE grp = ?1 AND key = ?2`
