import { planned } from "../statement.ts"

/** In: boot. Locks the partitions in which it holds a lease, in their order. Out: them. */
export const lockPartitionsOfBoot = planned(
  "lock-partitions-of-boot",
  `SELECT p.grp, p.partition FROM {partitions} p
  WHERE p.boot = $1 OR (p.lanes > 0 AND EXISTS (SELECT FROM {lanes} l WHERE l.grp = p.grp AND l.partition = p.partition AND l.boot = $1))
  ORDER BY p.grp, p.partition FOR UPDATE OF p`,
)
