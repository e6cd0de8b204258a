import { planned } from "../statement.ts"

/** In: process name, its boot. What partitions earlier boots of the name hold is reserved for it, by no token. The caller has locked them. Out: how many. */
export const supersedePartitions = planned(
  "supersede-partitions",
  `UPDATE {partitions} SET rev = rev + 1, token = NULL, boot = '' WHERE owner = $1 AND boot NOT IN ($2, '')`,
)
