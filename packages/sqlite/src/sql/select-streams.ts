/** In: a JSON array of names. Out: name, id and version of those that exist. Locks nothing. */
export const selectStreams = `
SELECT s.name, s.id, coalesce(
  (SELECT m.version FROM millrace_messages m WHERE m.stream = s.id ORDER BY m.version DESC LIMIT 1), s.version)
FROM json_each(?1) AS wanted CROSS JOIN millrace_streams s ON s.name = wanted.value`
