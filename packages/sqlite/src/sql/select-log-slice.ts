/** In: group, the position to begin above, the last one, how many. Out: positions of the group's wanted types, and those types. Locks nothing. */
export const selectLogSlice = `
SELECT m.position, m.type FROM millrace_messages m
CROSS JOIN millrace_group_types g ON g.grp = ?1 AND g.type = m.type AND m.position > g.since
WHERE m.position > ?2 AND m.position <= ?3 ORDER BY m.position LIMIT ?4`
