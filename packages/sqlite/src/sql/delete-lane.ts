/** In: group, key. Needs the write lock. */
export const deleteLane = `
DELETE FROM millrace_lanes WHERE grp = ?1 AND key = ?2`
