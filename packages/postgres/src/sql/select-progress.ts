import { planned } from "../statement.ts"

const UNMARKED = "NOT EXISTS (SELECT FROM {skips} s WHERE s.grp = g.id AND s.mark AND s.position = m.position)"

/**
 * In: stream, its partition, a position. Out, by name of the groups: whether something that it wants up to there is not settled: of the stream in stream
 * order, else of the log. Locks nothing.
 */
export const selectProgress = planned(
  "select-progress",
  `SELECT g.name, CASE g.ordering
    WHEN 'stream' THEN EXISTS (
      SELECT FROM {messages} m JOIN {group_types} t ON t.grp = g.id AND t.type = m.type AND m.position > t.since
      WHERE m.stream = $1 AND m.position <= $3 AND (m.position > p.checkpoint OR m.position >= l.next) AND ${UNMARKED}
    ) OR coalesce(l.kept IS NOT NULL AND (l.kept::json->>'position')::bigint <= $3, false)
    ELSE EXISTS (
      SELECT FROM {group_types} t JOIN {types} h ON h.name = t.type
      CROSS JOIN LATERAL unnest(h.heads[:cardinality(h.heads) - 1]) WITH ORDINALITY AS e(head, ord)
      JOIN {messages} m ON m.partition = e.ord - 1 AND m.type = t.type AND m.position > greatest(p.checkpoint, t.since) AND m.position <= $3
      WHERE t.grp = g.id AND e.head > greatest(p.checkpoint, t.since) AND ${UNMARKED}
    ) OR EXISTS (
      SELECT FROM {lanes} o WHERE o.grp = g.id AND o.next <= $3 AND (g.ordering = 'key' OR o.kept IS NOT NULL OR EXISTS (
        SELECT FROM {messages} m JOIN {group_types} t ON t.grp = g.id AND t.type = m.type AND m.position > t.since
        WHERE m.position = o.next AND ${UNMARKED}
      ))
    )
  END
  FROM {groups} g JOIN {partitions} p ON p.grp = g.id AND p.partition = CASE g.ordering WHEN 'stream' THEN $2::int ELSE 0 END
  LEFT JOIN {lanes} l ON l.grp = g.id AND l.key = $1 AND g.ordering = 'stream'
  ORDER BY g.name`,
)
