/** In: a JSON array of message ids. Out: id and position of those stored, 0 for scheduled ones. Locks nothing. */
export const selectKnownIds = `
SELECT m.id, m.position FROM json_each(?1) AS wanted CROSS JOIN millrace_messages m ON m.id = wanted.value
UNION ALL
SELECT s.id, 0 FROM json_each(?1) AS wanted CROSS JOIN millrace_schedules s ON s.id = wanted.value`
