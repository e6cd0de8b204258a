/** In: the name to begin behind, a category (NULL: all) and the range of names it covers, how many. Out: name, version, messages, last position by name. Locks nothing. */
export const selectStreamsById = `
SELECT s.name,
  coalesce((SELECT m.version FROM millrace_messages m WHERE m.stream = s.id ORDER BY m.version DESC LIMIT 1), s.version),
  (SELECT count(*) FROM millrace_messages m WHERE m.stream = s.id),
  coalesce((SELECT m.position FROM millrace_messages m WHERE m.stream = s.id ORDER BY m.version DESC, m.position DESC LIMIT 1), s.last_position)
FROM millrace_streams s
WHERE s.name > ?1 AND (?2 IS NULL OR s.name = ?2 OR (s.name >= ?3 AND s.name < ?4))
ORDER BY s.name LIMIT ?5`
