import { prepared } from "../statement.ts"

/** In: name, boot, beats, host, pid, started_at, seen_at. Stores the process. Its name is locked. */
export const putProcess = prepared(
  "put-process",
  `INSERT INTO {processes} (name, boot, beats, host, pid, started_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (name) DO UPDATE SET boot = excluded.boot, beats = excluded.beats, host = excluded.host, pid = excluded.pid,
    started_at = excluded.started_at, seen_at = excluded.seen_at`,
)
