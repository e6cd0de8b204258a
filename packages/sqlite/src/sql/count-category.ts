/** In: a category and the range of names it covers, the most to count. Out: how many messages its streams have. Locks nothing. */
export const countCategory = `
SELECT count(*) FROM (
  SELECT 1 FROM millrace_streams s CROSS JOIN millrace_messages m ON m.stream = s.id
  WHERE s.name = ?1 OR (s.name >= ?2 AND s.name < ?3) LIMIT ?4
)`
