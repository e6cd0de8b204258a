import {
  checkPosition,
  fencedLane,
  fencePartition,
  type LoadedLane,
  type Position,
  type TrimResult,
} from "@millrace/core/backend"

import type { Log } from "../log.ts"
import type { GroupRow, PartitionRow } from "../rows.ts"
import { wantedAbove, wantedOfLane } from "../waiting.ts"
import { dropKeys } from "./drop-keys.ts"
import { noteSkips } from "./skip.ts"

export function trim(log: Log, upto: Position, { force = false }: { readonly force?: boolean } = {}): TrimResult {
  checkPosition("upto", upto)
  const asked = Math.min(upto, log.row.head)
  const bounds = [...log.tables.groups.values()].map((group) => ({ group, to: settledTo(log, group) }))
  const held = bounds.filter(({ to }) => to < asked)
  const target = force ? asked : Math.min(asked, ...held.map(({ to }) => to))
  if (force) for (const { group } of held) passOver(log, log.editGroup(group.name), target)
  const before = log.tables.messages.size
  if (target > log.row.trimmedTo) dropMessages(log, target)
  const heldBackBy = force ? [] : held.map(({ group }) => group.name).sort()
  return { removed: before - log.tables.messages.size, trimmedTo: log.row.trimmedTo, heldBackBy }
}

/** How far a group has settled everything it wants. The message that a lane keeps itself needs no place in the log. */
function settledTo(log: Log, group: GroupRow): Position {
  const bounds = group.partitions.flatMap((at) => {
    const [waiting] = wantedAbove(log, group, at, at.checkpoint)
    const ofLanes = [...at.lanes.values()].map((lane) => nextOfLane(log, group, at, lane))
    return [waiting?.position ?? Infinity, ...ofLanes]
  })
  return Math.min(...bounds) - 1
}

function nextOfLane(log: Log, group: GroupRow, at: PartitionRow, lane: LoadedLane): Position {
  if (lane.kept === undefined) return lane.at.next
  for (const { position } of wantedOfLane(log, group, at, lane)) if (position > lane.kept.position) return position
  return Infinity
}

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
function passOver(log: Log, group: GroupRow, target: Position): void {
  const lost: Position[] = []
  const isLost = ({ position }: { readonly position: Position }): boolean =>
    position <= target && !group.marks.has(position)
  for (const at of group.partitions) {
    for (const lane of at.lanes.values()) {
      const [first, ...others] = [...wantedOfLane(log, group, at, lane)].filter(isLost)
      if (first === undefined) continue
      at.lanes.set(lane.key, { ...fencedLane(lane), kept: lane.kept ?? first })
      // In key order most of what a lane can see is of other keys, which have settled it.
      if (group.order === "stream") lost.push(...others.map(({ position }) => position))
    }
    if (at.checkpoint >= target) continue
    for (const message of wantedAbove(log, group, at, at.checkpoint)) {
      if (message.position > target) break
      if (isLost(message)) lost.push(message.position)
    }
    at.checkpoint = target
    at.hold = null
    fencePartition(at)
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
  row.trimmedTo = upto
  dropKeys(log)
}
