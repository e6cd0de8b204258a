import { planned } from "../statement.ts"

/** In: process name, its boot. Frees the partitions it holds, and those reserved for its name. The caller has locked them. Out: how many. */
export const releasePartitions = planned(
  "release-partitions",
  `UPDATE {partitions} SET rev = rev + 1, owner = NULL, boot = NULL, lease_until = 0 WHERE owner = $1 AND boot IN ($2, '')`,
)
