import { planned } from "../statement.ts"

/** In: boot. Frees the lanes it holds. The caller has locked their partitions. */
export const releaseLanes = planned(
  "release-lanes",
  `UPDATE {lanes} SET owner = NULL, boot = NULL, lease_until = 0 WHERE boot = $1`,
)
