/** In: partition, type, a position. Out: the first position above it. Locks nothing. */
export const selectNextOfType = `
SELECT position FROM millrace_messages WHERE partition = ?1 AND type = ?2 AND position > ?3 ORDER BY position LIMIT 1`
