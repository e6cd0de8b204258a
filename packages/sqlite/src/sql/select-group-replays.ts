/** In: group. Out: key, replay state and partition of all its replay rows. Locks nothing. */
export const selectGroupReplays = `
SELECT key, replay, partition FROM millrace_replays WHERE grp = ?1`
