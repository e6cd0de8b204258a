/** In: partition, type, a position to stay above, one to end at. Out: how many messages. Locks nothing. */
export const countTypeUpto = `
SELECT count(*) FROM millrace_messages WHERE partition = ?1 AND type = ?2 AND position > ?3 AND position <= ?4`
