import { checkPosition, FREE, type Position, type TrimResult, toSortable } from "@millrace/core/backend"

import type { AppendRoom } from "../append.ts"
import { findPartition, type GroupModel, groupNamed, type PartitionModel, savePartition } from "../group-model.ts"
import { type LaneRow, laneOfRow, saveLane } from "../lane-row.ts"
import { messageOf } from "../message-row.ts"
import { int, text } from "../row.ts"
import { skippedBetween } from "../slice-scan.ts"
import { deleteKeysOfPositions } from "../sql/delete-keys-of-positions.ts"
import { deleteKeysUpto } from "../sql/delete-keys-upto.ts"
import { deleteMessagesUpto } from "../sql/delete-messages-upto.ts"
import { keepStreamEnds } from "../sql/keep-stream-ends.ts"
import { selectAllLanes } from "../sql/select-all-lanes.ts"
import { selectByPositions } from "../sql/select-by-positions.ts"
import { selectGroupNames } from "../sql/select-group-names.ts"
import { selectLaneSlice } from "../sql/select-lane-slice.ts"
import { selectWantedInPartition } from "../sql/select-wanted-in-partition.ts"
import type { Writing } from "../transaction.ts"
import { waitingIn } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"

/** Removes messages up to a position, as far as the groups have settled them, or with `force` whatever they have. */
export function trim(writing: Writing, room: AppendRoom, upto: Position, force: boolean): TrimResult {
  checkPosition("upto", upto)
  const { db, log } = writing
  const { memo } = room
  memo.heads.catchUp(db, log.head)
  const asked = Math.min(upto, log.head)
  const groups = db.all(selectGroupNames).map((row) => groupNamed(db, memo, text(row[0])))
  const bounds = groups.map((group) => ({ group, settledTo: settledTo(writing, group, room) }))
  const held = bounds.filter((bound) => bound.settledTo < asked)
  const target = force ? asked : Math.min(asked, ...held.map((bound) => bound.settledTo))
  if (force) for (const { group } of held) passOver(writing, room, group, target)
  let removed = 0
  if (target > log.trimmedTo) {
    db.run(keepStreamEnds, log.trimmedTo, target)
    removed = db.run(deleteMessagesUpto, target)
    db.run(deleteKeysUpto, target)
    // A trim of a category may have taken what is behind the end of this one.
    db.run(deleteKeysOfPositions, target, target)
    log.trimmedTo = target
    memo.heads.forget()
    memo.streams.clear()
  }
  return { removed, trimmedTo: log.trimmedTo, heldBackBy: force ? [] : held.map(({ group }) => group.name).sort() }
}

/** How far a group has settled everything it wants. */
function settledTo({ db }: Writing, group: GroupModel, { memo, partitions }: AppendRoom): Position {
  const handled = new Set(group.types.keys())
  let lowest = Number.MAX_SAFE_INTEGER
  for (const partition of group.partitions) {
    const waiting = waitingIn(db, { group, partition, handled, heads: memo.heads, partitions: partitions() })
    if (waiting !== undefined) lowest = Math.min(lowest, waiting.oldest - 1)
  }
  for (const lane of lanesOf(db, group)) lowest = Math.min(lowest, settledToOf(db, group, lane))
  return lowest
}

/** How far the log may go without taking anything from a lane: the message that it keeps itself needs no place there. */
function settledToOf(db: Writing["db"], group: GroupModel, lane: LaneRow): Position {
  if (lane.kept === null) return lane.next - 1
  const [first] = laneAhead(db, group, lane, findPartition(group, lane.partition)?.checkpoint ?? 0)
  return first === undefined ? Number.MAX_SAFE_INTEGER : first - 1
}

function lanesOf(db: Writing["db"], group: GroupModel): readonly LaneRow[] {
  if (group.partitions.every(({ lanes }) => lanes === 0)) return []
  return db.all(selectAllLanes, group.id, null, "", Number.MAX_SAFE_INTEGER).map(laneOfRow)
}

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
function passOver(writing: Writing, room: AppendRoom, group: GroupModel, target: Position): void {
  const { log, news } = writing
  const lost = new Map<number, Position[]>()
  const lose = (partition: number, positions: readonly Position[]): void => {
    lost.set(partition, [...(lost.get(partition) ?? []), ...positions])
  }
  for (const lane of lanesOf(writing.db, group)) lose(lane.partition, keepFirst(writing, room, group, lane, target))
  for (const partition of group.partitions) lose(partition.partition, passPartition(writing, group, partition, target))
  for (const positions of lost.values())
    noteSkips(
      writing,
      group,
      positions.sort((a, b) => a - b),
      "trimmed",
    )
  log.groupSeq += 1
  log.workSeq += 1
  news.work = true
  room.memo.groups.delete(group.name)
}

/** Answers what is lost of a lane: all but the message it waits at. */
function keepFirst(
  writing: Writing,
  room: AppendRoom,
  group: GroupModel,
  lane: LaneRow,
  target: Position,
): readonly Position[] {
  const { db } = writing
  const checkpoint = findPartition(group, lane.partition)?.checkpoint ?? 0
  const skips = skippedBetween(db, group, lane.next - 1, target)
  const ahead = laneAhead(db, group, lane, Math.min(checkpoint, target)).filter((position) => !skips.has(position))
  const [first] = ahead
  if (lane.kept === null && (first === undefined || first > target)) return []
  const row = lane.kept === null ? db.get(selectByPositions, JSON.stringify([first])) : undefined
  const kept = lane.kept ?? (row === undefined ? null : JSON.stringify(messageOf(row, room.memo.types, db)))
  saveLane(db, group, { ...lane, kept, token: 0, lease: { ...FREE, takeovers: lane.lease.takeovers } })
  // In key order most of what a lane can see is of other keys, which have settled it.
  if (group.order !== "stream") return []
  return lane.kept === null ? ahead.slice(1) : ahead
}

function laneAhead(db: Writing["db"], group: GroupModel, lane: LaneRow, upto: Position): readonly Position[] {
  const rows =
    group.order === "stream"
      ? db.all(selectLaneSlice, group.id, toSortable(lane.key), lane.next, upto, Number.MAX_SAFE_INTEGER)
      : db.all(selectWantedInPartition, group.id, null, lane.next - 1, lane.single ? lane.next : upto)
  return rows.map((row) => int(row[0]))
}

/** Moves a partition past what is removed. Answers what it loses. */
function passPartition(
  { db }: Writing,
  group: GroupModel,
  partition: PartitionModel,
  target: Position,
): readonly Position[] {
  if (partition.checkpoint >= target) return []
  const place = group.order === "stream" ? partition.partition : null
  const skips = skippedBetween(db, group, partition.checkpoint, target)
  const lost = db.all(selectWantedInPartition, group.id, place, partition.checkpoint, target).map((row) => int(row[0]))
  partition.checkpoint = target
  partition.hold = null
  partition.token = 0
  partition.lease = { ...FREE, takeovers: partition.lease.takeovers }
  savePartition(db, group, partition)
  return lost.filter((position) => !skips.has(position))
}
