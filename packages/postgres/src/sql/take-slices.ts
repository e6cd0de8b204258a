import type { Position } from "@millrace/core/backend"

import { prepared, type Statement } from "../statement.ts"
import { MESSAGE_COLUMNS } from "./columns.ts"
import { sizeOf } from "./take-slice.ts"

const known = new Map<string, Statement>()

/**
 * As `takeSlice` for several partitions of a group, in whose way nothing stands. In: group, the clock, owner, boot, lease ms, how many messages of each; the partitions, the `rev` each was
 * seen at, their checkpoints; then each type and above which position.
 * Out: partition, token, head and the messages; one row without a message where there is none; no row for a partition that has changed since.
 * Locks the partitions' rows, and waits for none: one that is locked is changing.
 */
export function takeSlices(types: number, head: Position): Statement {
  const name = `take-slices-${types}-${sizeOf(head)}`
  const found = known.get(name)
  if (found !== undefined) return found
  const branches = Array.from({ length: types }, (_, at) => {
    const type = 10 + at * 2
    return `(SELECT * FROM {messages} WHERE partition = t.partition AND type = $${type} AND position > greatest($${type + 1}::bigint, t.checkpoint) ORDER BY position LIMIT $6)`
  })
  const made = prepared(
    name,
    `WITH seen AS (
      SELECT p.partition, p.checkpoint FROM unnest($7::int[], $8::bigint[], $9::bigint[]) AS a(partition, rev, checkpoint)
        JOIN {partitions} p ON p.grp = $1 AND p.partition = a.partition
      WHERE p.rev = a.rev AND p.checkpoint = a.checkpoint FOR UPDATE OF p SKIP LOCKED
    ), taken AS (
      UPDATE {partitions} p SET rev = p.rev + 1, tokens = p.tokens + 1, token = p.tokens + 1, owner = $3, boot = $4,
        lease_until = coalesce($2::bigint, {server_now}()) + $5::bigint, takeovers = 0, lease_ms = $5
      FROM seen s WHERE p.grp = $1 AND p.partition = s.partition RETURNING p.partition, p.token, p.checkpoint
    )
    SELECT t.partition, t.token, l.head, ${MESSAGE_COLUMNS} FROM taken t CROSS JOIN {log} l LEFT JOIN LATERAL (
      SELECT * FROM (${branches.join(" UNION ALL ")}) u ORDER BY position LIMIT $6
    ) m ON true ORDER BY m.position`,
  )
  known.set(name, made)
  return made
}
