/** In: group, partition (NULL: all), a position to stay above, the last one. Out: wanted positions in order. Locks nothing. */
export const selectWantedInPartition = `
SELECT m.position FROM millrace_messages m
CROSS JOIN millrace_group_types g ON g.grp = ?1 AND g.type = m.type AND m.position > g.since
WHERE (?2 IS NULL OR m.partition = ?2) AND m.position > ?3 AND m.position <= ?4 ORDER BY m.position`
