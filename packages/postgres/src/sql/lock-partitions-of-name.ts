import { planned } from "../statement.ts"

/** In: process name. Locks the partitions in which it has a lease, in their order. Out: them. */
export const lockPartitionsOfName = planned(
  "lock-partitions-of-name",
  `SELECT p.grp, p.partition FROM {partitions} p
  WHERE p.owner = $1 OR (p.lanes > 0 AND EXISTS (SELECT FROM {lanes} l WHERE l.grp = p.grp AND l.partition = p.partition AND l.owner = $1))
  ORDER BY p.grp, p.partition FOR UPDATE OF p`,
)
