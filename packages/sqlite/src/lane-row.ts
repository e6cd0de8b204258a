import { type LaneState, type LeaseState, type ReplayState, fromSortable, toSortable } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import { type GroupModel, leaseOf, replayOf, replayValue } from "./group-model.ts"
import { int, type Row, text, textOrNull } from "./row.ts"
import { deleteLane as deleteLaneSql } from "./sql/delete-lane.ts"
import { putLane } from "./sql/put-lane.ts"
import { selectLane } from "./sql/select-lane.ts"

/** An open lane as it is stored. */
export interface LaneRow extends LaneState {
  readonly key: string
  readonly partition: number
  readonly single: boolean
  readonly token: number
  readonly lease: LeaseState
  readonly replay: ReplayState
  /** The message it waits at, as JSON, where retention removed it from the log. */
  readonly kept: string | null
}

export function findLane(db: Connection, group: GroupModel, key: string): LaneRow | undefined {
  const row = db.get(selectLane, group.id, toSortable(key))
  return row === undefined ? undefined : laneOfRow(row)
}

export function saveLane(db: Connection, group: GroupModel, lane: LaneRow): void {
  const { owner, takeovers } = lane.lease
  db.run(
    putLane,
    group.id,
    toSortable(lane.key),
    lane.partition,
    lane.next,
    lane.failures,
    lane.single ? 1 : 0,
    lane.status === "parked" ? 1 : 0,
    lane.retryAt,
    owner === null ? 0 : lane.lease.until,
    dueAt(lane),
    lane.error,
    lane.token,
    owner?.processName ?? null,
    owner?.bootId ?? null,
    takeovers,
    replayValue(lane.replay),
    lane.kept,
  )
}

/** When a lane may be claimed: at the end of its lease, when its retry is due; never while parked. */
function dueAt(lane: LaneRow): number | null {
  if (lane.status === "parked") return null
  return lane.lease.owner === null ? lane.retryAt : Math.max(lane.lease.until, lane.retryAt)
}

export function deleteLane(db: Connection, group: GroupModel, key: string): void {
  db.run(deleteLaneSql, group.id, toSortable(key))
}

/** A lane from the columns that the reading statements give, in their order. */
export function laneOfRow(row: Row): LaneRow {
  return {
    key: fromSortable(text(row[0])),
    partition: int(row[1]),
    next: int(row[2]),
    failures: int(row[3]),
    single: int(row[4]) === 1,
    status: int(row[5]) === 1 ? "parked" : "retrying",
    retryAt: int(row[6]),
    error: textOrNull(row[8]),
    token: int(row[9]),
    lease: leaseOf(int(row[7]), textOrNull(row[10]), textOrNull(row[11]), int(row[12])),
    replay: replayOf(row[13]),
    kept: textOrNull(row[14]),
  }
}
