/** In: a position, a later one. Out: the types of the messages between. Locks nothing. */
export const selectTypesAbove = `
SELECT DISTINCT t.name FROM (SELECT DISTINCT type FROM millrace_messages WHERE position > ?1 AND position <= ?2) AS m
CROSS JOIN millrace_types t ON t.id = m.type`
