/** In: position. Out: type name and stream name of the message there. Locks nothing. */
export const selectPlace = `
SELECT t.name, s.name FROM millrace_messages m CROSS JOIN millrace_types t ON t.id = m.type CROSS JOIN millrace_streams s ON s.id = m.stream
WHERE m.position = ?1`
