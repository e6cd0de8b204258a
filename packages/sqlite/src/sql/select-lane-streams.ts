/** In: group, a JSON array of positions in order. Out: position and stream of those whose stream has an open lane. Locks nothing. */
export const selectLaneStreams = `
SELECT m.position, s.name FROM json_each(?2) AS wanted
CROSS JOIN millrace_messages m ON m.position = wanted.value
CROSS JOIN millrace_streams s ON s.id = m.stream
CROSS JOIN millrace_lanes l ON l.grp = ?1 AND l.key = s.name`
