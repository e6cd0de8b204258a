/** In: group, stream name, a position to stay above, the last one. Out: the first wanted message that is not skipped. Locks nothing. */
export const selectWantedOfStream = `
SELECT m.position FROM millrace_streams s
CROSS JOIN millrace_messages m ON m.stream = s.id
CROSS JOIN millrace_group_types g ON g.grp = ?1 AND g.type = m.type AND m.position > g.since
WHERE s.name = ?2 AND m.position > ?3 AND m.position <= ?4
  AND NOT EXISTS (SELECT 1 FROM millrace_marks k WHERE k.grp = ?1 AND k.position = m.position)
ORDER BY m.version DESC, m.position DESC LIMIT 1`
