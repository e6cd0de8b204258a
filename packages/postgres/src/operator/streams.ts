import { checkLimit, type StreamInfo, type StreamQuery, fromSortable, toSortable } from "@millrace/core/backend"

import type { Log } from "../log.ts"
import { int, text } from "../row.ts"
import { selectStreams } from "../sql/select-streams.ts"

/** Streams by id, or the most recently appended to first. */
export async function streams(log: Log, { by, category, limit, after }: StreamQuery): Promise<readonly StreamInfo[]> {
  checkLimit("limit", limit)
  const place = category === undefined ? null : toSortable(category)
  const rows = await log.database.read.rows(selectStreams[by], place, limit, by === "id" ? toSortable(after ?? "") : "")
  return rows.map((row) => ({
    streamId: fromSortable(text(row[0])),
    version: int(row[1]),
    messages: int(row[2]),
    lastPosition: int(row[3]),
  }))
}
