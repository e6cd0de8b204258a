import type { LogStats } from "@millrace/core/backend"

import type { Connection } from "../connection.ts"
import { readLogRow } from "../log-row.ts"
import { int, text } from "../row.ts"
import { countMessages } from "../sql/count-messages.ts"
import { countSchedules } from "../sql/count-schedules.ts"
import { countStreams } from "../sql/count-streams.ts"
import { countUnhandled } from "../sql/count-unhandled.ts"
import { trimmedCategories } from "./trimmed-categories.ts"

/** Figures of the whole log. Where no category was trimmed positions have no gaps, so its messages need no counting. */
export function stats(db: Connection, name: string, partitions: number): LogStats {
  const log = readLogRow(db)
  const trimmed = trimmedCategories(db)
  return {
    name,
    messages: trimmed.length === 0 ? log.head - log.trimmedTo : int(db.get(countMessages)?.[0]),
    streams: int(db.get(countStreams)?.[0]),
    head: log.head,
    trimmedTo: log.trimmedTo,
    schedules: int(db.get(countSchedules)?.[0]),
    unhandled: db
      .all(countUnhandled, partitions)
      .map((row) => ({ type: text(row[0]), messages: int(row[1]) }))
      .filter(({ messages }) => messages > 0),
    trimmed,
  }
}
