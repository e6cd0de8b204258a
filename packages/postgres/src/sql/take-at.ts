import { planned } from "../statement.ts"
import { MESSAGE_COLUMNS } from "./columns.ts"

/**
 * In: group, partition, the `rev` it was seen at, the clock, owner, boot, lease ms, takeovers, leaseMs asked for, positions.
 * Out: token and the messages there; one row without a message where there is none; no row when the partition has changed since. Locks the partition's row.
 */
export const takeAt = planned(
  "take-at",
  `WITH taken AS (
    UPDATE {partitions} p SET rev = p.rev + 1, tokens = p.tokens + 1, token = p.tokens + 1, owner = $5, boot = $6,
      lease_until = coalesce($4::bigint, {server_now}()) + $7::bigint, takeovers = $8, lease_ms = $9
    WHERE p.grp = $1 AND p.partition = $2 AND p.rev = $3 RETURNING p.token
  )
  SELECT t.token, ${MESSAGE_COLUMNS} FROM taken t LEFT JOIN {messages} m ON m.position = ANY($10::bigint[]) ORDER BY m.position`,
)
