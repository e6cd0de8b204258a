import { planned } from "../statement.ts"
import { GROUP_COLUMNS } from "./columns.ts"

/** Out: each group, its first waiting message, and the lowest position that a lane waits at which keeps no message itself (NULL where there is none). Locks nothing. */
export const selectBounds = planned(
  "select-bounds",
  `SELECT ${GROUP_COLUMNS}, (
    SELECT min(x.position) FROM {partitions} p JOIN {group_types} t ON t.grp = p.grp JOIN {types} h ON h.name = t.type
    CROSS JOIN LATERAL unnest(h.heads[:cardinality(h.heads) - 1]) WITH ORDINALITY AS e(head, ord)
    CROSS JOIN LATERAL (
      SELECT m.position FROM {messages} m
      WHERE m.partition = e.ord - 1 AND m.type = t.type AND m.position > greatest(p.checkpoint, t.since)
      ORDER BY m.position LIMIT 1
    ) x
    WHERE p.grp = g.id AND (g.ordering <> 'stream' OR e.ord - 1 = p.partition) AND e.head > greatest(p.checkpoint, t.since)
  ), (SELECT min(next) FROM {lanes} l WHERE l.grp = g.id AND l.kept IS NULL)
  FROM {groups} g ORDER BY g.id`,
)
