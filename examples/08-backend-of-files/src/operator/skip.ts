import {
  fencedLane,
  fencePartition,
  laneOfMessage,
  noMessageAt,
  noSuchLane,
  passLane,
  type Position,
  settledAlready,
  type SkipInfo,
  SKIPS_KEPT,
} from "@millrace/core/backend"

import type { Log } from "../log.ts"
import type { GroupRow } from "../rows.ts"
import { partitionAt, wantedAbove, wantedOfLane } from "../waiting.ts"

export function skip(log: Log, name: string, position: Position): void {
  const group = log.editGroup(name)
  const message = log.tables.messages.get(position)
  if (message === undefined) throw noMessageAt(position)
  if (group.marks.has(position)) return
  const at = partitionAt(log, group, message.streamId)
  const lane = laneOfMessage(at, position, group.order === "stream" ? message.streamId : undefined)
  if (position <= at.checkpoint && lane === undefined) throw settledAlready(name, position)
  if (position > at.checkpoint) {
    // What holds a group in log order is its first waiting message.
    const [first] = wantedAbove(log, group, at, at.checkpoint)
    if (first?.position === position) at.hold = null
    fencePartition(at)
  }
  noteSkips(log, group, [position], "skipped")
  group.marks = new Set([...group.marks, position])
  log.tell({ kind: "work" })
  if (lane?.at.next === position) passLane(at, lane, position, log.now())
  else if (lane !== undefined) at.lanes.set(lane.key, fencedLane(lane))
}

/** Passes over the message at which a lane waits. */
export function discardLane(log: Log, name: string, key: string): void {
  const group = log.editGroup(name)
  const at = group.partitions.find(({ lanes }) => lanes.has(key))
  const lane = at?.lanes.get(key)
  if (at === undefined || lane === undefined) throw noSuchLane(name, key)
  const [first] = group.order === "stream" ? wantedOfLane(log, group, at, lane) : []
  const waits = lane.kept?.position ?? (group.order === "stream" ? first?.position : lane.at.next)
  if (waits !== undefined) noteSkips(log, group, [waits], "discarded")
  passLane(at, lane, waits ?? at.checkpoint, log.now())
  log.tell({ kind: "work" })
}

/** Lists messages that a group will not be handed. */
export function noteSkips(log: Log, group: GroupRow, positions: readonly Position[], how: SkipInfo["how"]): void {
  const listed = positions.map((position) => ({ position, how, at: log.now() }))
  group.skipped += positions.length
  group.skips = [...group.skips, ...listed].slice(-SKIPS_KEPT)
}
