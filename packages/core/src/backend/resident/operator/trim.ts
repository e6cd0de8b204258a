import type { Position } from "../../../message/ids.ts"
import type { TrimResult } from "../../operator.ts"
import { checkPosition } from "../../rules/check-arguments.ts"
import { fencedLane, fencePartition } from "../../rules/fence.ts"
import type { LoadedLane } from "../../rules/loaded-group.ts"
import { dropMessages } from "../drop-messages.ts"
import type { GroupState, PartitionState } from "../group-state.ts"
import { headOf, type LogState, messageAt } from "../log-state.ts"
import { touchPartition } from "../touched.ts"
import { firstWaiting, wantedAbove, wantedOfLane } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"

/** Removes messages up to a position, as far as the groups have settled them, or with `force` whatever they have. */
export function trim(log: LogState, upto: Position, { force = false }: { readonly force?: boolean } = {}): TrimResult {
  checkPosition("upto", upto)
  const asked = Math.min(upto, headOf(log))
  const groups = [...log.groups.values()]
  const bounds = groups.map((group) => ({ group, settledTo: settledTo(log, group) }))
  const held = bounds.filter(({ settledTo: to }) => to < asked)
  const target = force ? asked : Math.min(asked, ...held.map(({ settledTo: to }) => to))
  if (force) for (const { group } of held) for (const at of group.partitions) passOver(log, group, at, target)
  const removed = target > log.trimmedTo ? dropMessages(log, target) : 0
  return {
    removed,
    trimmedTo: log.trimmedTo,
    heldBackBy: force ? [] : held.map(({ group }) => group.name).sort(),
  }
}

/** How far a group has settled everything it wants. */
function settledTo(log: LogState, group: GroupState): Position {
  let lowest = Number.POSITIVE_INFINITY
  for (const at of group.partitions) {
    const waiting = firstWaiting(log, group, at)
    if (waiting !== undefined) lowest = Math.min(lowest, waiting.position - 1)
    for (const lane of at.lanes.values()) lowest = Math.min(lowest, settledToOf(log, group, at, lane))
  }
  return lowest
}

/** How far the log may go without taking anything from a lane: the message that it keeps itself needs no place there. */
function settledToOf(log: LogState, group: GroupState, at: PartitionState, lane: LoadedLane): Position {
  if (lane.kept === undefined) return lane.at.next - 1
  for (const { position } of wantedOfLane(log, group, at, lane)) if (position > lane.kept.position) return position - 1
  return Number.POSITIVE_INFINITY
}

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
function passOver(log: LogState, group: GroupState, at: PartitionState, target: Position): void {
  const lost: Position[] = []
  for (const lane of at.lanes.values()) {
    const ahead = [...wantedOfLane(log, group, at, lane)].filter(
      ({ position }) => position <= target && !group.marks.has(position),
    )
    const first = ahead[0]
    const kept = first === undefined ? undefined : (lane.kept ?? messageAt(log, first.position))
    if (kept === undefined) continue
    at.lanes.set(lane.key, { ...fencedLane(lane), kept })
    // In key order most of what a lane can see is of other keys, which have settled it.
    if (group.order === "stream") lost.push(...ahead.slice(1).map(({ position }) => position))
  }
  if (at.checkpoint < target) {
    for (const { position } of wantedAbove(log, group, at.partition, at.checkpoint)) {
      if (position > target) break
      lost.push(position)
    }
    at.checkpoint = target
    at.hold = null
    fencePartition(at)
  }
  touchPartition(log, group, at)
  const unmarked = lost.filter((position) => !group.marks.has(position)).sort((a, b) => a - b)
  noteSkips(log, group, unmarked, "trimmed")
}
