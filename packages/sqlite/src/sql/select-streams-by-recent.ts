/** In: a category (NULL: all) and the range of names it covers, how many. Out: name, version, messages, last position, latest first. Locks nothing. */
export const selectStreamsByRecent = `
SELECT r.name, r.version, (SELECT count(*) FROM millrace_messages m WHERE m.stream = r.id), r.last_position FROM (
  SELECT s.id, s.name,
    coalesce((SELECT m.version FROM millrace_messages m WHERE m.stream = s.id ORDER BY m.version DESC LIMIT 1), s.version) AS version,
    coalesce((SELECT m.position FROM millrace_messages m WHERE m.stream = s.id ORDER BY m.version DESC, m.position DESC LIMIT 1), s.last_position) AS last_position
  FROM millrace_streams s
  WHERE (?1 IS NULL OR s.name = ?1 OR (s.name >= ?2 AND s.name < ?3))
  ORDER BY last_position DESC LIMIT ?4) AS r`
