import { prepared } from "../statement.ts"

/**
 * In: name, boot, host, pid, the clock, after how many ms of silence others are forgotten. Out: a row when the boot holds the name: its beat is counted.
 * Locks the process' row: whoever takes the name has locked it before it looks.
 */
export const keepProcess = prepared(
  "keep-process",
  `WITH n AS (SELECT coalesce($5::bigint, {server_now}()) AS now), forgotten AS (
    DELETE FROM {processes} p USING n WHERE p.seen_at < n.now - $6::bigint AND p.name <> $1
  )
  UPDATE {processes} p SET beats = p.beats + 1, host = $3, pid = $4, seen_at = n.now FROM n WHERE p.name = $1 AND p.boot = $2 RETURNING 1`,
)
