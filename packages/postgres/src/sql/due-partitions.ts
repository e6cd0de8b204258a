import { planned } from "../statement.ts"

/** In: group, now. What is held falls due. Locks its partitions in their order. */
export const duePartitions = planned(
  "due-partitions",
  `UPDATE {partitions} p SET rev = p.rev + 1, hold_until = CASE WHEN p.hold_until IS NULL THEN NULL ELSE least(p.hold_until, $2::bigint) END
  FROM (SELECT grp, partition FROM {partitions} WHERE grp = $1 ORDER BY partition FOR UPDATE) o
  WHERE p.grp = o.grp AND p.partition = o.partition`,
)
