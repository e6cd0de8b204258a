/** In: a message id. Out: the position of its message, 0 for a scheduled one. Locks nothing. */
export const selectKnownId = `
SELECT position FROM millrace_messages WHERE id = ?1
UNION ALL
SELECT 0 FROM millrace_schedules WHERE id = ?1`
