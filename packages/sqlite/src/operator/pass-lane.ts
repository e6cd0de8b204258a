import { FREE, laneAfterSettle, type Position } from "@millrace/core/backend"

import { findPartition, type GroupModel, savePartition } from "../group-model.ts"
import { deleteLane, type LaneRow, saveLane } from "../lane-row.ts"
import type { Writing } from "../transaction.ts"

/** Lets a lane go on behind a position, as if everything up to there were done: due at once, or closed when nothing is left for it. */
export function passLane({ db, log, now, news }: Writing, group: GroupModel, lane: LaneRow, position: Position): void {
  const partition = findPartition(group, lane.partition)
  if (partition === undefined) return
  log.workSeq += 1
  news.work = true
  const change = laneAfterSettle(lane, { doneTo: position }, { checkpoint: partition.checkpoint, now })
  if (change.kind === "close") {
    deleteLane(db, group, lane.key)
    partition.lanes -= 1
    savePartition(db, group, partition)
    return
  }
  saveLane(db, group, { ...lane, ...change.lane, token: 0, lease: FREE, kept: null })
}

/** Ends whatever lease a lane has, so that its settle is fenced. */
export function fenceLane({ db, log }: Writing, group: GroupModel, lane: LaneRow): void {
  log.workSeq += 1
  saveLane(db, group, { ...lane, token: 0, lease: { ...FREE, takeovers: lane.lease.takeovers } })
}
