import { type Position, type ReplayState, fromSortable } from "@millrace/core/backend"

import type { Connection } from "./database.ts"
import { type GroupRow, lockPartitions, replayOf } from "./group-rows.ts"
import { lanesOf, saveLanes } from "./lane-rows.ts"
import { putReplays } from "./replay-rows.ts"
import { int, text } from "./row.ts"
import { savePartitions } from "./save-partitions.ts"
import { selectGroupReplays } from "./sql/select-group-replays.ts"

/** Changes every replay state of a group: of its partitions, rows and lanes. `gotTo`: how far what it belongs to has got. */
export async function mapReplays(
  on: Connection,
  group: GroupRow,
  change: (replay: ReplayState, gotTo: Position) => ReplayState,
): Promise<void> {
  const partitions = await lockPartitions(on, group)
  const lanes = await lanesOf(on, group.id)
  const next = new Map(lanes.map((lane) => [lane.key, lane.next]))
  const checkpoints = new Map(partitions.map((at) => [at.partition, at.checkpoint]))
  const rows = (await on.rows(selectGroupReplays, group.id, null)).map((row) => {
    const key = fromSortable(text(row[0]))
    const partition = int(row[2])
    const gotTo = (next.get(key) ?? (checkpoints.get(partition) ?? 0) + 1) - 1
    return { key, partition, replay: change(replayOf(row[1]), gotTo) }
  })
  await savePartitions(
    on,
    group.id,
    partitions.map((at) => ({ ...at, replay: change(at.replay, at.checkpoint) })),
  )
  await putReplays(on, group.id, rows)
  await saveLanes(
    on,
    group.id,
    lanes.map((lane) => ({ ...lane, replay: change(lane.replay, lane.next - 1) })),
  )
}
