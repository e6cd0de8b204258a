import { planned } from "../statement.ts"

/** In: group. Ends the leases of all its lanes. The caller has locked its partitions. */
export const fenceLanes = planned(
  "fence-lanes",
  `UPDATE {lanes} SET token = NULL, owner = NULL, boot = NULL, lease_until = 0 WHERE grp = $1`,
)
