import { planned } from "../statement.ts"

/** In: process name, its boot. Frees the lanes it holds, and those reserved for its name. The caller has locked their partitions. Out: how many. */
export const releaseLanes = planned(
  "release-lanes",
  `UPDATE {lanes} SET owner = NULL, boot = NULL, lease_until = 0 WHERE owner = $1 AND boot IN ($2, '')`,
)
