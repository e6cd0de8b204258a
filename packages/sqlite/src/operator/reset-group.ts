import {
  checkReset,
  FREE,
  planReset,
  type GroupReset,
  resolveStart,
  sinceAfterReset,
  type StartPoint,
  type StoredMessage,
  fromSortable,
  toSortable,
} from "@millrace/core/backend"

import type { Connection } from "../connection.ts"
import {
  type GroupModel,
  groupNamed,
  type PartitionModel,
  replayOf,
  replayValue,
  savePartition,
} from "../group-model.ts"
import { deleteLane, type LaneRow, laneOfRow } from "../lane-row.ts"
import { lastBefore } from "../last-before.ts"
import type { Memo } from "../memo.ts"
import { int, text } from "../row.ts"
import { deleteMarksAbove } from "../sql/delete-marks-above.ts"
import { deletePartitionReplays } from "../sql/delete-partition-replays.ts"
import { putGroupType } from "../sql/put-group-type.ts"
import { putReplay } from "../sql/put-replay.ts"
import { selectAllLanes } from "../sql/select-all-lanes.ts"
import { selectGroupReplays } from "../sql/select-group-replays.ts"
import { selectPlace } from "../sql/select-place.ts"
import { setReemit } from "../sql/set-reemit.ts"
import { fence } from "../stop-group.ts"
import { storedJson } from "../stored-json.ts"
import type { Writing } from "../transaction.ts"
import { noteSkips } from "./note-skips.ts"

/** Moves a group back to a point. */
export function resetGroup(writing: Writing, memo: Memo, name: string, to: StartPoint, options: GroupReset = {}): void {
  const { db, log, news } = writing
  const asked = groupNamed(db, memo, name)
  checkReset(options, { name, wants: (type) => asked.types.has(type) })
  const point = resolveStart(to, { head: log.head, lastBefore: (date) => lastBefore(db, date, log) })
  fence(writing, memo, asked)
  const group = groupNamed(db, memo, name)
  const lanes = db.all(selectAllLanes, group.id, null, "", Number.MAX_SAFE_INTEGER).map(laneOfRow)
  const rows = db.all(selectGroupReplays, group.id).map((row) => ({
    key: fromSortable(text(row[0])),
    replay: replayOf(row[1]),
    partition: int(row[2]),
  }))
  for (const partition of group.partitions) {
    const own = <T extends { readonly partition: number }>(one: T): boolean => one.partition === partition.partition
    resetPartition(writing, group, partition, { point, lanes: lanes.filter(own), rows: rows.filter(own) })
  }
  for (const type of options.types ?? []) {
    const wanted = group.types.get(type)
    if (wanted !== undefined)
      db.run(putGroupType, group.id, wanted.id, sinceAfterReset(wanted.since, point), wanted.heardAt)
  }
  db.run(deleteMarksAbove, group.id, point)
  const reemit = options.reemit === true
  db.run(setReemit, group.id, reemit ? 1 : 0, reemit ? 1 : 0)
  memo.groups.delete(name)
  news.work = true
}

function resetPartition(
  writing: Writing,
  group: GroupModel,
  partition: PartitionModel,
  {
    point,
    lanes,
    rows,
  }: {
    readonly point: number
    readonly lanes: readonly LaneRow[]
    readonly rows: readonly { readonly key: string; readonly replay: LaneRow["replay"] }[]
  },
): void {
  const { db } = writing
  const found = lanes.map((lane) => {
    const type = typeAt(db, lane)
    return {
      key: lane.key,
      single: lane.single,
      replay: lane.replay,
      next: lane.next,
      ...(type === undefined ? {} : { type }),
    }
  })
  const { checkpoint, replay } = partition
  const plan = planReset({ checkpoint, replay, lanes: found, rows }, point, (type) => group.types.get(type)?.since)
  if (plan === undefined) return
  db.run(deletePartitionReplays, group.id, partition.partition)
  for (const row of plan.rows)
    db.run(putReplay, group.id, toSortable(row.key), partition.partition, replayValue(row.replay))
  for (const key of plan.dissolve) {
    const kept = lanes.find((lane) => lane.key === key)?.kept ?? null
    deleteLane(db, group, key)
    // What only the lane still had is gone with it.
    if (kept !== null) noteSkips(writing, group, [storedJson<StoredMessage>(kept).position], "trimmed")
  }
  partition.checkpoint = plan.checkpoint
  partition.replay = plan.replay
  partition.lanes -= plan.dissolve.length
  partition.hold = null
  partition.lease = FREE
  savePartition(db, group, partition)
}

/** The type of the message at which a lane waits. */
function typeAt(db: Connection, { kept, next }: LaneRow): string | undefined {
  if (kept !== null) {
    const message = storedJson<StoredMessage>(kept)
    return message.type
  }
  const row = db.get(selectPlace, next)
  return row === undefined ? undefined : text(row[0])
}
