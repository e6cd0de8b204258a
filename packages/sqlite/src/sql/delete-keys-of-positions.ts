/** In: a JSON array of positions that are gone. Forgets the keys of appends that ended there, where nothing of them is left. Needs the write lock. */
export const deleteKeysOfPositions = `
DELETE FROM millrace_keys WHERE position > 0 AND position IN (SELECT value FROM json_each(?1))
  AND NOT EXISTS (SELECT 1 FROM millrace_messages m WHERE m.position BETWEEN millrace_keys.first_position AND millrace_keys.position)`
