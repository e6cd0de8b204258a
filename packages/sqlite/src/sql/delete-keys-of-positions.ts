/** In: the first and the last position that are gone. Forgets the keys of appends that lay there in part, where nothing of them is left. Needs the write lock. */
export const deleteKeysOfPositions = `
DELETE FROM millrace_keys WHERE position > 0 AND position >= ?1 AND first_position <= ?2
  AND NOT EXISTS (SELECT 1 FROM millrace_messages m WHERE m.position BETWEEN millrace_keys.first_position AND millrace_keys.position)`
