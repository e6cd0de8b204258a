import { checkPosition, type Position, type TrimResult } from "@millrace/core/backend"

import { fence } from "../leases.ts"
import type { Log } from "../log.ts"
import type { GroupRow, LaneRow, PartitionRow } from "../rows.ts"
import { editPartitions, partitionsOf, wantedAbove, wantedOfLane } from "../waiting.ts"
import { noteSkips } from "./skip.ts"

export function trim(log: Log, upto: Position, { force = false }: { readonly force?: boolean } = {}): TrimResult {
  checkPosition("upto", upto)
  const asked = Math.min(upto, log.row.head)
  const bounds = [...log.tables.groups.values()].map((group) => ({ group, to: settledTo(log, group) }))
  const held = bounds.filter(({ to }) => to < asked)
  const target = force ? asked : Math.min(asked, ...held.map(({ to }) => to))
  if (force) for (const { group } of held) passOver(log, log.edit("groups", group.group), target)
  const before = log.tables.messages.size
  if (target > log.row.trimmedTo) dropMessages(log, target)
  const heldBackBy = force ? [] : held.map(({ group }) => group.group).sort()
  return { removed: before - log.tables.messages.size, trimmedTo: log.row.trimmedTo, heldBackBy }
}

/** How far a group has settled everything it wants. The message that a lane keeps itself needs no place in the log. */
function settledTo(log: Log, group: GroupRow): Position {
  const bounds = partitionsOf(log, group).flatMap((at) => {
    const [waiting] = wantedAbove(log, group, at, at.checkpoint)
    const ofLanes = at.lanes.map((lane) => (lane.kept === undefined ? lane.next : nextBehindKept(log, group, at, lane)))
    return [waiting?.position ?? Infinity, ...ofLanes]
  })
  return Math.min(...bounds) - 1
}

function nextBehindKept(log: Log, group: GroupRow, at: PartitionRow, lane: LaneRow): Position {
  for (const { position } of wantedOfLane(log, group, at, lane))
    if (position > (lane.kept?.position ?? 0)) return position
  return Infinity
}

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
function passOver(log: Log, group: GroupRow, target: Position): void {
  const lost: Position[] = []
  const isLost = ({ position }: { readonly position: Position }): boolean =>
    position <= target && !group.marks.includes(position)
  for (const at of editPartitions(log, group)) {
    for (const lane of at.lanes) {
      const [first, ...others] = [...wantedOfLane(log, group, at, lane)].filter(isLost)
      if (first === undefined) continue
      lane.kept = lane.kept ?? first
      fence(lane)
      // In key order most of what a lane can see is of other keys, which have settled it.
      if (group.order === "stream") lost.push(...others.map(({ position }) => position))
    }
    if (at.checkpoint >= target) continue
    for (const message of wantedAbove(log, group, at, at.checkpoint)) {
      if (message.position > target) break
      if (isLost(message)) lost.push(message.position)
    }
    at.checkpoint = target
    delete at.hold
    fence(at)
  }
  noteSkips(
    log,
    group,
    lost.sort((a, b) => a - b),
    "trimmed",
  )
}

function dropMessages(log: Log, upto: Position): void {
  const row = log.edit("log", "log")
  for (let position = row.trimmedTo + 1; position <= upto; position += 1) {
    const message = log.tables.messages.get(position)
    if (message?.version !== undefined) log.edit("streams", message.streamId).trimmed = message.version
    if (message !== undefined) log.drop("messages", position)
  }
  for (const [key, { at }] of log.tables.keys) if (at <= upto) log.drop("keys", key)
  row.trimmedTo = upto
}
