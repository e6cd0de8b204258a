/** In: group, partition. Needs the write lock. */
export const deletePartitionReplays = `
DELETE FROM millrace_replays WHERE grp = ?1 AND partition = ?2`
