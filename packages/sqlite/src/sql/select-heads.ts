/** In: a position, a later one. Out: partition, type and highest position of the messages between. Locks nothing. */
export const selectHeads = `
SELECT partition, type, max(position) FROM millrace_messages WHERE position > ?1 AND position <= ?2 GROUP BY partition, type`
