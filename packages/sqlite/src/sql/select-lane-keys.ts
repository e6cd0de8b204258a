/** In: group, partition. Out: the keys of all its open lanes. Locks nothing. */
export const selectLaneKeys = `
SELECT key FROM millrace_lanes WHERE grp = ?1 AND partition = ?2`
