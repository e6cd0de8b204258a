/** In: group. Out: type id, name, since, when last heard of (from processes that are gone). Locks nothing. */
export const selectGroupTypes = `
SELECT g.type, t.name, g.since, g.heard_at FROM millrace_group_types g CROSS JOIN millrace_types t ON t.id = g.type
WHERE g.grp = ?1 ORDER BY t.name`
