import { planned } from "../statement.ts"
import { GROUP_COLUMNS } from "./columns.ts"

/**
 * In: names (NULL: all). Out, by name: the group, why it is stopped, how many messages were skipped, lowest and highest checkpoint, drops, lanes retrying and
 * parked, the earliest retry. Locks nothing.
 */
export const selectGroups = planned(
  "select-groups",
  `SELECT ${GROUP_COLUMNS}, g.stopped, g.skipped, p.lowest, p.highest, p.dropped, l.retrying, l.parked, least(l.due, p.held)
  FROM {groups} g, LATERAL (
    SELECT min(checkpoint) AS lowest, max(checkpoint) AS highest, sum(dropped) AS dropped, min(hold_until) AS held FROM {partitions} WHERE grp = g.id
  ) p, LATERAL (
    SELECT count(*) FILTER (WHERE NOT parked) AS retrying, count(*) FILTER (WHERE parked) AS parked, min(retry_at) FILTER (WHERE NOT parked) AS due
    FROM {lanes} WHERE grp = g.id
  ) l
  WHERE $1::text[] IS NULL OR g.name = ANY($1) ORDER BY g.name`,
)
