import type { LogStats } from "@millrace/core/backend"

import type { Log } from "../log.ts"
import { int, text } from "../row.ts"
import { selectStats } from "../sql/select-stats.ts"
import { selectUnhandled } from "../sql/select-unhandled.ts"

/** Figures of the whole log. Positions have no gaps, so they tell how many messages there are. */
export async function stats({ database, names }: Log): Promise<LogStats> {
  const [row] = await database.read.rows(selectStats)
  const unhandled = await database.read.rows(selectUnhandled)
  const [head, trimmedTo] = [int(row?.[0]), int(row?.[1])]
  return {
    name: names.log,
    messages: head - trimmedTo,
    streams: int(row?.[2]),
    head,
    trimmedTo,
    schedules: int(row?.[3]),
    unhandled: unhandled.map(([type, messages]) => ({ type: text(type), messages: int(messages) })),
  }
}
