/** In: group, stream name, the first position, the last one, how many. Out: positions of the group's wanted types. Locks nothing. */
export const selectLaneSlice = `
SELECT m.position, m.type FROM millrace_streams s
CROSS JOIN millrace_messages m ON m.stream = s.id
  AND m.version >= coalesce((SELECT n.version FROM millrace_messages n WHERE n.position = ?3 AND n.stream = s.id), 0)
CROSS JOIN millrace_group_types g ON g.grp = ?1 AND g.type = m.type AND m.position > g.since
WHERE s.name = ?2 AND m.position >= ?3 AND m.position <= ?4
ORDER BY m.version, m.position LIMIT ?5`
