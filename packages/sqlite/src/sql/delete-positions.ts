/** In: a JSON array of positions. Needs the write lock. */
export const deletePositions = `
DELETE FROM millrace_messages WHERE position IN (SELECT value FROM json_each(?1))`
