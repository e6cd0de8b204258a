import type { Position } from "@millrace/core/backend"

import { prepared, type Statement } from "../statement.ts"
import { MESSAGE_COLUMNS } from "./columns.ts"

/** A plan holds while the log grows so many times over: then the statement has another name, and each connection plans it anew. */
const GROWTH = 8

/** The size of a log for which one plan holds. */
export function sizeOf(head: Position): number {
  return Math.floor(Math.log(head + 1) / Math.log(GROWTH))
}

const known = new Map<string, Statement>()

/**
 * For a number of types, and the head of the log as far as it is known. In: group, partition, the `rev` it was seen at, the clock, owner, boot, lease ms, takeovers, leaseMs asked for, how many;
 * then each type and above which position.
 * Out: token, head and the messages; one row without a message where there is none; no row when the partition has changed since.
 * Locks the partition's row. It reads beside the row it changes, and may: unless the row is still as it was seen, nothing is answered.
 */
export function takeSlice(types: number, head: Position): Statement {
  const name = `take-slice-${types}-${sizeOf(head)}`
  const found = known.get(name)
  if (found !== undefined) return found
  const branches = Array.from({ length: types }, (_, at) => {
    const type = 11 + at * 2
    return `SELECT * FROM {messages} WHERE partition = $2 AND type = $${type} AND position > $${type + 1}::bigint`
  })
  const made = prepared(
    name,
    `WITH taken AS (
      UPDATE {partitions} p SET rev = p.rev + 1, tokens = p.tokens + 1, token = p.tokens + 1, owner = $5, boot = $6,
        lease_until = coalesce($4::bigint, {server_now}()) + $7::bigint, takeovers = $8, lease_ms = $9
      WHERE p.grp = $1 AND p.partition = $2 AND p.rev = $3 RETURNING p.token
    )
    SELECT t.token, l.head, ${MESSAGE_COLUMNS} FROM taken t CROSS JOIN {log} l LEFT JOIN LATERAL (
      SELECT * FROM (${branches.join(" UNION ALL ")}) u ORDER BY position LIMIT $10
    ) m ON true ORDER BY m.position`,
  )
  known.set(name, made)
  return made
}
