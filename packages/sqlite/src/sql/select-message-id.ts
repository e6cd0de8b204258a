/** In: position. Out: the id of the message there. Locks nothing. */
export const selectMessageId = `
SELECT id FROM millrace_messages WHERE position = ?1`
