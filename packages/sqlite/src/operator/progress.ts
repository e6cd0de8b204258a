import {
  checkPosition,
  type GroupProgress,
  partitionOf,
  type Position,
  type StreamId,
  toSortable,
} from "@millrace/core/backend"

import type { Connection } from "../connection.ts"
import { type GroupModel, groupNamed, type PartitionModel } from "../group-model.ts"
import { type LaneRow, laneOfRow } from "../lane-row.ts"
import { createMemo } from "../memo.ts"
import { int, text } from "../row.ts"
import { skippedBetween } from "../slice-scan.ts"
import { countLaneMessages } from "../sql/count-lane-messages.ts"
import { selectAllLanes } from "../sql/select-all-lanes.ts"
import { selectGroupNames } from "../sql/select-group-names.ts"
import { selectLane } from "../sql/select-lane.ts"
import { selectLogSlice } from "../sql/select-log-slice.ts"
import { selectWantedOfStream } from "../sql/select-wanted-of-stream.ts"

/** For each group, by name: whether everything it wants of a stream (in key and log order: of the log) up to a position is settled. */
export function progress(
  db: Connection,
  streamId: StreamId,
  position: Position,
  partitions: number,
): readonly GroupProgress[] {
  checkPosition("position", position)
  const memo = createMemo(() => partitions)
  return db.all(selectGroupNames).map((row) => {
    const group = groupNamed(db, memo, text(row[0]))
    const partition = group.partitions[group.order === "stream" ? partitionOf(streamId, partitions) : 0]
    const settled = partition === undefined || isSettled(db, group, partition, streamId, position)
    return { group: group.name, settled }
  })
}

function isSettled(
  db: Connection,
  group: GroupModel,
  partition: PartitionModel,
  streamId: StreamId,
  position: Position,
): boolean {
  const { checkpoint } = partition
  if (partition.lanes > 0) {
    for (const lane of lanesOf(db, group, streamId)) {
      if (lane.next <= position && !isLaneSettled(db, group, lane, Math.min(position, checkpoint))) return false
    }
  }
  if (checkpoint >= position) return true
  if (group.order === "stream") {
    return db.get(selectWantedOfStream, group.id, toSortable(streamId), checkpoint, position) === undefined
  }
  const skips = skippedBetween(db, group, checkpoint, position)
  const rows = db.all(selectLogSlice, group.id, checkpoint, position, skips.size + 1)
  return rows.every((row) => skips.has(int(row[0])))
}

function lanesOf(db: Connection, group: GroupModel, streamId: StreamId): readonly LaneRow[] {
  if (group.order !== "stream")
    return db.all(selectAllLanes, group.id, null, "", Number.MAX_SAFE_INTEGER).map(laneOfRow)
  return db.all(selectLane, group.id, toSortable(streamId)).map(laneOfRow)
}

function isLaneSettled(db: Connection, group: GroupModel, lane: LaneRow, upto: Position): boolean {
  if (group.order === "key" || lane.kept !== null) return false
  if (group.order === "log") return db.get(selectLogSlice, group.id, lane.next - 1, lane.next, 1) === undefined
  return int(db.get(countLaneMessages, group.id, toSortable(lane.key), lane.next, upto)?.[0]) === 0
}
