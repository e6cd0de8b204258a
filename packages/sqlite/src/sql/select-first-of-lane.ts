/** In: group, stream name, first and last position. Out: the first of its messages that the group wants and may be handed (NULL: none). Locks nothing. */
export const selectFirstOfLane = `
SELECT min(m.position) FROM millrace_streams s
CROSS JOIN millrace_messages m ON m.stream = s.id
  AND m.version >= coalesce((SELECT n.version FROM millrace_messages n WHERE n.position = ?3 AND n.stream = s.id), 0)
CROSS JOIN millrace_group_types g ON g.grp = ?1 AND g.type = m.type AND m.position > g.since
WHERE s.name = ?2 AND m.position >= ?3 AND m.position <= ?4
  AND NOT EXISTS (SELECT 1 FROM millrace_marks k WHERE k.grp = ?1 AND k.position = m.position)`
