/** In: group, partition, checkpoint, replay state. Needs the write lock. */
export const insertPartition = `
INSERT INTO millrace_partitions VALUES (?1, ?2, ?3, ?4, 0, 0, NULL, NULL, 0, 0, 0, NULL, 0, 0)`
