import { planned } from "../statement.ts"

/** In: boot. Frees the partitions it holds. The caller has locked them. */
export const releasePartitions = planned(
  "release-partitions",
  `UPDATE {partitions} SET rev = rev + 1, owner = NULL, boot = NULL, lease_until = 0 WHERE boot = $1`,
)
