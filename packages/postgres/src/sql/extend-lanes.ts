import { planned } from "../statement.ts"

/** In: group, keys, the clock, ms. Lengthens the leases of these lanes. The caller has locked their partition. */
export const extendLanes = planned(
  "extend-lanes",
  `UPDATE {lanes} SET lease_until = greatest(lease_until, coalesce($3::bigint, {server_now}()) + $4::bigint)
  WHERE grp = $1 AND key = ANY($2::text[])`,
)
