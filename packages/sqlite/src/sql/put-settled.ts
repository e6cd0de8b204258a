/** In: group, partition, slot, lease, answer. Needs the write lock. */
export const putSettled = `
INSERT OR REPLACE INTO millrace_settled VALUES (?1, ?2, ?3, ?4, ?5)`
