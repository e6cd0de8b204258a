import { FREE, fromSortable, noMessageAt, partitionOf, settledAlready } from "@millrace/core/backend"

import type { AppendRoom } from "../append.ts"
import { type GroupModel, groupNamed, type PartitionModel, savePartition } from "../group-model.ts"
import { findLane, type LaneRow, laneOfRow } from "../lane-row.ts"
import { text } from "../row.ts"
import { insertMark } from "../sql/insert-mark.ts"
import { selectLanesAt } from "../sql/select-lanes-at.ts"
import { selectMark } from "../sql/select-mark.ts"
import { selectPlace } from "../sql/select-place.ts"
import type { Writing } from "../transaction.ts"
import { waitingIn } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"
import { fenceLane, passLane } from "./pass-lane.ts"

/** Takes one message out of what a group is handed. */
export function skip(writing: Writing, room: AppendRoom, name: string, position: number): void {
  const { db, log, news } = writing
  const group = groupNamed(db, room.memo, name)
  const place = db.get(selectPlace, position)
  if (place === undefined) throw noMessageAt(position)
  if (db.get(selectMark, group.id, position) !== undefined) return
  const streamId = fromSortable(text(place[1]))
  const partition = group.partitions[group.order === "stream" ? partitionOf(streamId, room.partitions()) : 0]
  if (partition === undefined) return
  const lane = laneAt(writing, group, partition, streamId, position)
  if (position <= partition.checkpoint && lane === undefined) throw settledAlready(name, position)
  noteSkips(writing, group, [position], "skipped")
  db.run(insertMark, group.id, position)
  news.work = true
  log.workSeq += 1
  if (position > partition.checkpoint) {
    // What holds a group in log order is its first waiting message.
    if (firstWaiting(writing, group, partition, room) === position) partition.hold = null
    partition.token = 0
    partition.lease = { ...FREE, takeovers: partition.lease.takeovers }
    savePartition(db, group, partition)
  }
  if (lane?.next === position) passLane(writing, group, lane, position)
  else if (lane !== undefined) fenceLane(writing, group, lane)
  room.memo.groups.delete(name)
}

/** The lane that a message would be handed out by. In key order only a lane that waits at the very position is known to be its. */
function laneAt(
  { db }: Writing,
  group: GroupModel,
  { checkpoint }: PartitionModel,
  streamId: string,
  position: number,
): LaneRow | undefined {
  if (position > checkpoint) return undefined
  if (group.order !== "stream") return db.all(selectLanesAt, group.id, position).map(laneOfRow)[0]
  const lane = findLane(db, group, streamId)
  return lane !== undefined && lane.next <= position ? lane : undefined
}

function firstWaiting(
  { db, log }: Writing,
  group: GroupModel,
  partition: PartitionModel,
  room: AppendRoom,
): number | undefined {
  const { heads } = room.memo
  heads.catchUp(db, log.head)
  return waitingIn(db, { group, partition, handled: new Set(group.types.keys()), heads, partitions: room.partitions() })
    ?.oldest
}
