/** In: the number of partitions. Out: types of commands that no group wants, and how many there are. Locks nothing. */
export const countUnhandled = `
WITH RECURSIVE parts (partition) AS (SELECT 0 UNION ALL SELECT partition + 1 FROM parts WHERE partition + 1 < ?1)
SELECT t.name, (
  SELECT sum((SELECT count(*) FROM millrace_messages m WHERE m.partition = parts.partition AND m.type = t.id AND m.kind <> 1)) FROM parts
) AS messages
FROM millrace_types t WHERE t.id NOT IN (SELECT type FROM millrace_group_types)
ORDER BY t.name`
