import { planned } from "../statement.ts"

/** In: boot, now. Ends its leases of lanes; they stay its own, so that the next claim counts as a take-over. The caller has locked their partitions. */
export const supersedeLanes = planned(
  "supersede-lanes",
  `UPDATE {lanes} SET lease_until = least(lease_until, $2::bigint) WHERE boot = $1`,
)
