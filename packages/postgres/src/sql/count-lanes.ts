import { prepared } from "../statement.ts"

/** In: group, a partition. Out: how many lanes are open in its other partitions. Locks nothing. */
export const countLanes = prepared(
  "count-lanes",
  `SELECT coalesce(sum(lanes), 0) FROM {partitions} WHERE grp = $1 AND partition <> $2`,
)
