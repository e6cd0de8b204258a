import { planned } from "../statement.ts"

/** In: boot, now. Ends its leases of partitions; they stay its own, so that the next claim counts as a take-over. The caller has locked them. */
export const supersedePartitions = planned(
  "supersede-partitions",
  `UPDATE {partitions} SET rev = rev + 1, lease_until = least(lease_until, $2::bigint) WHERE boot = $1`,
)
