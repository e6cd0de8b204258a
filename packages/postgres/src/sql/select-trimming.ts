import { planned } from "../statement.ts"
import { GROUP_COLUMNS } from "./columns.ts"

/**
 * Out: each group, and as JSON its types with `since`, its checkpoints by partition, its lanes (key, partition, next, whether single, whether it keeps its message) and
 * what it is never to be handed. One statement, so one moment: what a settle moves on meanwhile is seen whole or not at all. Locks nothing.
 */
export const selectTrimming = planned(
  "select-trimming",
  `SELECT ${GROUP_COLUMNS},
    (SELECT json_agg(json_build_array(t.type, t.since)) FROM {group_types} t WHERE t.grp = g.id),
    (SELECT json_agg(p.checkpoint ORDER BY p.partition) FROM {partitions} p WHERE p.grp = g.id),
    (SELECT json_agg(json_build_array(l.key, l.partition, l.next, l.single, l.kept IS NOT NULL)) FROM {lanes} l WHERE l.grp = g.id),
    (SELECT json_agg(s.position) FROM {skips} s WHERE s.grp = g.id AND s.mark)
  FROM {groups} g ORDER BY g.id`,
)
