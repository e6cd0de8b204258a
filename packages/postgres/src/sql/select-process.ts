import { prepared } from "../statement.ts"

/** In: name, the clock. Out: now, and boot, beats, seen_at, started_at, host and pid of the process (NULLs where there is none). Locks nothing: its name is. */
export const selectProcess = prepared(
  "select-process",
  `SELECT coalesce($2::bigint, {server_now}()), p.boot, p.beats, p.seen_at, p.started_at, p.host, p.pid
  FROM (SELECT 1) one LEFT JOIN {processes} p ON p.name = $1`,
)
