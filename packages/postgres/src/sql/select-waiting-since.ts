import { planned } from "../statement.ts"

/**
 * In: groups. Out: for each, when the oldest wanted message was recorded that is not settled (NULL: there is none), in front of the group's partitions or of its
 * lanes, which may keep theirs themselves. An index seek for each type and partition. Locks nothing.
 */
export const selectWaitingSince = planned(
  "select-waiting-since",
  `SELECT one.id, y.since FROM {groups} one CROSS JOIN LATERAL (
  WITH g AS (SELECT one.id, one.ordering)
  SELECT min(recorded_at) AS since FROM (
    SELECT x.recorded_at FROM g JOIN {partitions} p ON p.grp = g.id JOIN {group_types} t ON t.grp = g.id JOIN {types} h ON h.name = t.type
    CROSS JOIN LATERAL unnest(h.heads[:cardinality(h.heads) - 1]) WITH ORDINALITY AS e(head, ord)
    CROSS JOIN LATERAL (
      SELECT m.recorded_at FROM {messages} m
      WHERE m.partition = e.ord - 1 AND m.type = t.type AND m.position > greatest(p.checkpoint, t.since)
        AND NOT EXISTS (SELECT FROM {skips} s WHERE s.grp = g.id AND s.mark AND s.position = m.position)
      ORDER BY m.position LIMIT 1
    ) x
    WHERE (g.ordering <> 'stream' OR e.ord - 1 = p.partition) AND e.head > greatest(p.checkpoint, t.since)
  UNION ALL
    SELECT m.recorded_at FROM g JOIN {partitions} p ON p.grp = g.id JOIN {lanes} l ON l.grp = g.id AND l.partition = p.partition
    JOIN {messages} m ON m.stream = l.key AND m.position >= l.next AND m.position <= p.checkpoint
      AND m.version >= coalesce((SELECT o.version FROM {messages} o WHERE o.position = l.next AND o.stream = l.key), 0)
    JOIN {group_types} t ON t.grp = g.id AND t.type = m.type AND m.position > t.since
    WHERE g.ordering = 'stream' AND NOT EXISTS (SELECT FROM {skips} s WHERE s.grp = g.id AND s.mark AND s.position = m.position)
  UNION ALL
    SELECT x.recorded_at FROM g JOIN {lanes} l ON l.grp = g.id
    CROSS JOIN LATERAL (SELECT m.recorded_at FROM {messages} m WHERE m.position >= l.next ORDER BY m.position LIMIT 1) x
    WHERE g.ordering <> 'stream' AND l.kept IS NULL
  UNION ALL
    SELECT (extract(epoch FROM (l.kept::jsonb ->> 'recordedAt')::timestamptz) * 1000)::bigint FROM g JOIN {lanes} l ON l.grp = g.id
    WHERE l.kept IS NOT NULL
  ) waiting
  ) y WHERE one.id = ANY($1::bigint[])`,
)
