import {
  checkLimit,
  laneAfterSettle,
  type LaneInfo,
  laneInfoOf,
  type LaneQuery,
  noSuchLane,
  type Position,
} from "@millrace/core/backend"

import { fence } from "../leases.ts"
import type { Log } from "../log.ts"
import type { GroupRow, LaneRow, PartitionRow } from "../rows.ts"
import { editPartitions, groupOf, partitionsOf } from "../waiting.ts"

export function lanes(log: Log, { group, status, after = "", limit }: LaneQuery = {}): readonly LaneInfo[] {
  if (limit !== undefined) checkLimit("limit", limit)
  const groups = group === undefined ? [...log.tables.groups.values()] : [groupOf(log, group)]
  return groups
    .sort((a, b) => (a.group < b.group ? -1 : 1))
    .flatMap((one) => lanesOf(log, one))
    .filter((info) => (status === undefined || info.status === status) && (after === "" || info.key > after))
    .slice(0, limit)
}

function lanesOf(log: Log, group: GroupRow): readonly LaneInfo[] {
  const all = partitionsOf(log, group).flatMap((at) => at.lanes.map((lane) => infoOf(log, group.group, at, lane)))
  return all.sort((a, b) => (a.key < b.key ? -1 : 1))
}

function infoOf(log: Log, group: string, { partition }: PartitionRow, lane: LaneRow): LaneInfo {
  const messageId = (lane.kept ?? log.tables.messages.get(lane.next))?.id
  return laneInfoOf({ ...lane, group, partition, messageId }, log.now())
}

/** Makes lanes due at once. One that is being handled is fenced: whoever asks for a retry gets a new one. */
export function retryLanes(log: Log, name: string, keys?: readonly string[]): number {
  let made = 0
  for (const at of editPartitions(log, groupOf(log, name))) {
    for (const lane of at.lanes) {
      if (keys === undefined ? lane.status !== "parked" : !keys.includes(lane.key)) continue
      fence(lane)
      Object.assign(lane, { status: "retrying", retryAt: log.now() })
      made += 1
    }
  }
  if (made > 0) log.tell({ kind: "work" })
  return made
}

/** An open lane, to be changed. Throws `not-found`. */
export function laneAt(log: Log, group: GroupRow, key: string): { readonly at: PartitionRow; readonly lane: LaneRow } {
  const id = partitionsOf(log, group).find(({ lanes: open }) => open.some((lane) => lane.key === key))?.id
  const at = id === undefined ? undefined : log.edit("partitions", id)
  const lane = at?.lanes.find((one) => one.key === key)
  if (at === undefined || lane === undefined) throw noSuchLane(group.group, key)
  return { at, lane }
}

/** Lets a lane go on behind a position, as if everything up to there were done. */
export function passLane(log: Log, at: PartitionRow, lane: LaneRow, position: Position): void {
  fence(lane)
  log.tell({ kind: "work" })
  const change = laneAfterSettle(lane, { doneTo: position }, { checkpoint: at.checkpoint, now: log.now() })
  if (change.kind === "close") {
    at.lanes = at.lanes.filter((one) => one !== lane)
    return
  }
  Object.assign(lane, change.lane, { lease: { ...lane.lease, takeovers: 0 } })
  delete lane.kept
}
