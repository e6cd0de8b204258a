/** In: group, partition, type, a position. Out: the first position above it that the group does not skip. Locks nothing. */
export const selectFirstOfType = `
SELECT m.position FROM millrace_messages m WHERE m.partition = ?2 AND m.type = ?3 AND m.position > ?4
  AND NOT EXISTS (SELECT 1 FROM millrace_marks k WHERE k.grp = ?1 AND k.position = m.position)
ORDER BY m.position LIMIT 1`
