import {
  noMessageAt,
  type Position,
  settledAlready,
  type SkipInfo,
  SKIPS_KEPT,
  type StreamId,
} from "@millrace/core/backend"

import { fence } from "../leases.ts"
import type { Log } from "../log.ts"
import type { GroupRow, LaneRow, PartitionRow } from "../rows.ts"
import { groupOf, partitionAt, wantedAbove, wantedOfLane } from "../waiting.ts"
import { laneAt, passLane } from "./lanes.ts"

export function skip(log: Log, name: string, position: Position): void {
  const found = groupOf(log, name)
  const message = log.tables.messages.get(position)
  const id = message && partitionAt(log, found, message.streamId)?.id
  if (message === undefined || id === undefined) throw noMessageAt(position)
  if (found.marks.includes(position)) return
  const [group, at] = [log.edit("groups", name), log.edit("partitions", id)]
  const ahead = position > at.checkpoint
  const lane = ahead ? undefined : laneFor(group, at, message.streamId, position)
  if (!ahead && lane === undefined) throw settledAlready(name, position)
  // What holds a group in log order is its first waiting message.
  const [first] = wantedAbove(log, group, at, at.checkpoint)
  if (ahead && first?.position === position) delete at.hold
  noteSkips(log, group, [position], "skipped")
  group.marks = [...group.marks, position].sort((a, b) => a - b)
  log.tell({ kind: "work" })
  if (lane?.next === position) passLane(log, at, lane, position)
  else fence(lane ?? at)
}

/** The lane that hands a message out. In key order only one that waits at the very position is known to. */
function laneFor(group: GroupRow, at: PartitionRow, streamId: StreamId, position: Position): LaneRow | undefined {
  if (group.order !== "stream") return at.lanes.find(({ next }) => next === position)
  return at.lanes.find(({ key, next }) => key === streamId && next <= position)
}

/** Passes over the message at which a lane waits. */
export function discardLane(log: Log, name: string, key: string): void {
  const group = log.edit("groups", groupOf(log, name).group)
  const { at, lane } = laneAt(log, group, key)
  const [first] = group.order === "stream" ? wantedOfLane(log, group, at, lane) : []
  const waits = lane.kept?.position ?? (group.order === "stream" ? first?.position : lane.next)
  if (waits !== undefined) noteSkips(log, group, [waits], "discarded")
  passLane(log, at, lane, waits ?? at.checkpoint)
}

/** Lists messages that a group will not be handed. */
export function noteSkips(log: Log, group: GroupRow, positions: readonly Position[], how: SkipInfo["how"]): void {
  const listed = positions.map((position) => ({ position, how, at: log.now() }))
  group.skipped += positions.length
  group.skips = [...group.skips, ...listed].slice(-SKIPS_KEPT)
}
