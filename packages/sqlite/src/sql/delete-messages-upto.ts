/** In: position. Needs the write lock. */
export const deleteMessagesUpto = `
DELETE FROM millrace_messages WHERE position <= ?1`
