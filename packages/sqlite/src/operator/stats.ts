import type { LogStats } from "@millrace/core/backend"

import type { Connection } from "../connection.ts"
import { readLogRow } from "../log-row.ts"
import { int, text } from "../row.ts"
import { countSchedules } from "../sql/count-schedules.ts"
import { countStreams } from "../sql/count-streams.ts"
import { countUnhandled } from "../sql/count-unhandled.ts"

/** Figures of the whole log. Positions have no gaps, so its messages need no counting. */
export function stats(db: Connection, name: string, partitions: number): LogStats {
  const log = readLogRow(db)
  return {
    name,
    messages: log.head - log.trimmedTo,
    streams: int(db.get(countStreams)?.[0]),
    head: log.head,
    trimmedTo: log.trimmedTo,
    schedules: int(db.get(countSchedules)?.[0]),
    unhandled: db
      .all(countUnhandled, partitions)
      .map((row) => ({ type: text(row[0]), messages: int(row[1]) }))
      .filter(({ messages }) => messages > 0),
  }
}
