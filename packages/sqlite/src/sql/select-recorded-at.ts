/** In: a position. Out: the first message at or above it: position, when it was recorded. Locks nothing. */
export const selectRecordedAt = `
SELECT position, recorded_at FROM millrace_messages WHERE position >= ?1 ORDER BY position LIMIT 1`
