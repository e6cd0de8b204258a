import { planned } from "../statement.ts"

/**
 * In: groups. Out: for each, how many wanted messages are not settled. A lane of a key counts as one: which messages are its, only the worker knows. Costs what
 * the lag is: operators' work. One statement for all groups, for it takes longer to plan than to run. Locks nothing.
 */
export const selectLag = planned(
  "select-lag",
  `SELECT one.id, x.lag FROM {groups} one CROSS JOIN LATERAL (
  WITH g AS (SELECT one.id, one.ordering)
  SELECT (
    SELECT coalesce(sum(c.waiting), 0)::bigint FROM g JOIN {partitions} p ON p.grp = g.id JOIN {group_types} t ON t.grp = g.id JOIN {types} h ON h.name = t.type
    CROSS JOIN LATERAL unnest(h.heads[:cardinality(h.heads) - 1]) WITH ORDINALITY AS e(head, ord)
    CROSS JOIN LATERAL (
      SELECT count(*) AS waiting FROM {messages} m WHERE m.partition = e.ord - 1 AND m.type = t.type AND m.position > greatest(p.checkpoint, t.since)
    ) c
    WHERE (g.ordering <> 'stream' OR e.ord - 1 = p.partition) AND e.head > greatest(p.checkpoint, t.since)
  ) + (
    SELECT count(*) FROM g JOIN {lanes} l ON l.grp = g.id AND g.ordering <> 'stream'
  ) + (
    SELECT count(*) FROM g JOIN {lanes} l ON l.grp = g.id AND l.kept IS NOT NULL
    WHERE g.ordering = 'stream'
  ) + (
    SELECT count(*) FROM g JOIN {partitions} p ON p.grp = g.id JOIN {lanes} l ON l.grp = g.id AND l.partition = p.partition
    JOIN {messages} m ON m.stream = l.key AND m.position >= l.next AND m.position <= p.checkpoint
      AND m.version >= coalesce((SELECT o.version FROM {messages} o WHERE o.position = l.next AND o.stream = l.key), 0)
    JOIN {group_types} t ON t.grp = g.id AND t.type = m.type AND m.position > t.since
    WHERE g.ordering = 'stream' AND NOT EXISTS (SELECT FROM {skips} s WHERE s.grp = g.id AND s.mark AND s.position = m.position)
  ) - (
    SELECT count(*) FROM g JOIN {skips} s ON s.grp = g.id AND s.mark JOIN {messages} m ON m.position = s.position
    JOIN {group_types} t ON t.grp = g.id AND t.type = m.type AND m.position > t.since
    JOIN {partitions} p ON p.grp = g.id AND p.partition = CASE WHEN g.ordering = 'stream' THEN m.partition ELSE 0 END AND m.position > p.checkpoint
  ) AS lag
  ) x WHERE one.id = ANY($1::bigint[])`,
)
