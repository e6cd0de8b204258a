/** In: the position to end at, how many rows to read, how many streams. Out: streams of the last messages, latest first. Locks nothing. */
export const selectRecentInLog = `
SELECT s.name,
  (SELECT m.version FROM millrace_messages m WHERE m.stream = s.id ORDER BY m.version DESC LIMIT 1),
  (SELECT count(*) FROM millrace_messages m WHERE m.stream = s.id),
  last.position
FROM (SELECT stream, max(position) AS position FROM (SELECT stream, position FROM millrace_messages ORDER BY position DESC LIMIT ?1)
  GROUP BY stream ORDER BY 2 DESC LIMIT ?2) AS last
CROSS JOIN millrace_streams s ON s.id = last.stream
ORDER BY last.position DESC`
