/**
 * In: a position above which they lie, a category and the range of names it covers, how many. Out: position, type and stream name of the category's oldest
 * messages. Walks the log from that position: nothing of the category lies below. Locks nothing.
 */
export const selectOldestOfCategory = `
SELECT m.position, m.type, s.name FROM millrace_messages m CROSS JOIN millrace_streams s ON s.id = m.stream
WHERE m.position > ?1 AND (s.name = ?2 OR (s.name >= ?3 AND s.name < ?4))
ORDER BY m.position LIMIT ?5`
