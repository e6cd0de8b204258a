import {
  checkPosition,
  type GroupProgress,
  partitionOf,
  type Position,
  type StreamId,
  fromSortable,
  toSortable,
} from "@millrace/core/backend"

import type { Log } from "../log.ts"
import { bool, text } from "../row.ts"
import { selectProgress } from "../sql/select-progress.ts"

/** For each group, by name: whether everything it wants of a stream (in key and log order: of the log) up to a position is settled. */
export async function progress(log: Log, streamId: StreamId, position: Position): Promise<readonly GroupProgress[]> {
  checkPosition("position", position)
  const partition = partitionOf(streamId, log.partitions)
  const rows = await log.database.read.rows(selectProgress, toSortable(streamId), partition, position)
  return rows.map((row) => ({ group: fromSortable(text(row[0])), settled: !bool(row[1]) }))
}
