import { prepared } from "../statement.ts"

/** In: group's name, partition, the clock, ms, token. Lengthens the lease while the token is in force. Locks the partition's row. */
export const extendPartition = prepared(
  "extend-partition",
  `UPDATE {partitions} p SET rev = p.rev + 1, lease_until = greatest(p.lease_until, coalesce($3::bigint, {server_now}()) + $4::bigint)
  FROM {groups} g WHERE g.name = $1 AND p.grp = g.id AND p.partition = $2 AND p.token = $5::bigint AND p.owner IS NOT NULL`,
)
