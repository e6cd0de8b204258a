/** In: the number of partitions. Out: partition, type and highest position, by one index seek each. Locks nothing. */
export const selectAllHeads = `
WITH RECURSIVE parts (partition) AS (SELECT 0 UNION ALL SELECT partition + 1 FROM parts WHERE partition + 1 < ?1)
SELECT * FROM (
  SELECT parts.partition, t.id,
    (SELECT m.position FROM millrace_messages m WHERE m.partition = parts.partition AND m.type = t.id
     ORDER BY m.position DESC LIMIT 1) AS head
  FROM parts CROSS JOIN millrace_types t
) WHERE head IS NOT NULL`
