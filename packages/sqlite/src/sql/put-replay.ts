/** In: group, key, partition, replay state. Needs the write lock. */
export const putReplay = `
INSERT OR REPLACE INTO millrace_replays VALUES (?1, ?2, ?3, ?4)`
