import { type LogStats, TRIMMED_CATEGORIES, trimmedCategory } from "@millrace/core/backend"

import { readDocuments } from "../documents.ts"
import type { Log } from "../log.ts"
import { int, text } from "../row.ts"
import { selectStats } from "../sql/select-stats.ts"
import { selectUnhandled } from "../sql/select-unhandled.ts"

/** Figures of the whole log. */
export async function stats({ database, names }: Log): Promise<LogStats> {
  const [row] = await database.read.rows(selectStats)
  const unhandled = await database.read.rows(selectUnhandled)
  const trimmed = await readDocuments(database.read, { collection: TRIMMED_CATEGORIES, limit: Number.MAX_SAFE_INTEGER })
  const [head, trimmedTo] = [int(row?.[0]), int(row?.[1])]
  return {
    name: names.log,
    messages: int(row?.[4]),
    streams: int(row?.[2]),
    head,
    trimmedTo,
    schedules: int(row?.[3]),
    unhandled: unhandled.map(([type, messages]) => ({ type: text(type), messages: int(messages) })),
    trimmed: trimmed.map(({ id, value }) => trimmedCategory(id, value)),
  }
}
