import type { Position } from "../../message/ids.ts"
import { partitionOf } from "../../stream/partition.ts"
import type { LoadedLane } from "../rules/loaded-group.ts"
import type { GroupState, PartitionState } from "./group-state.ts"
import { type LogState, messageAt, type TypeIndex } from "./log-state.ts"
import { countBetween, firstAbove, indexAbove } from "./positions.ts"

/** A position that a group waits for, and the type of its message. */
export interface Waiting {
  readonly position: Position
  readonly type: string
}

/** The messages that a partition of a group looks at: the whole log in key and log order. */
export function typeIndexOf(log: LogState, group: GroupState, partition: number): TypeIndex {
  return (group.order === "stream" ? log.partitionTypes[partition] : log.types) ?? log.types
}

/** Whether a group wants the message at this position: of a wanted type, above the position since which it is wanted. */
export function isWanted(group: GroupState, { position, type }: Waiting): boolean {
  const wanted = group.types.get(type)
  return wanted !== undefined && position > wanted.since
}

/** The first wanted message of a partition above its checkpoint. */
export function firstWaiting(
  log: LogState,
  group: GroupState,
  { partition, checkpoint }: PartitionState,
): Waiting | undefined {
  const index = typeIndexOf(log, group, partition)
  let first: Waiting | undefined
  for (const [type, { since }] of group.types) {
    const position = firstAbove(index.get(type), Math.max(checkpoint, since))
    if (position !== undefined && (first === undefined || position < first.position)) first = { position, type }
  }
  return first
}

/** The wanted messages of a partition above a position, in order. */
export function* wantedAbove(log: LogState, group: GroupState, partition: number, after: Position): Iterable<Waiting> {
  const index = typeIndexOf(log, group, partition)
  const cursors: { readonly type: string; readonly positions: readonly Position[]; at: number; position: Position }[] =
    []
  for (const [type, { since }] of group.types) {
    const positions = index.get(type) ?? []
    const at = indexAbove(positions, Math.max(after, since))
    const position = positions[at]
    if (position !== undefined) cursors.push({ type, positions, at, position })
  }
  for (;;) {
    let best: (typeof cursors)[number] | undefined
    for (const cursor of cursors) if (best === undefined || cursor.position < best.position) best = cursor
    if (best === undefined || best.position === Number.POSITIVE_INFINITY) return
    yield { position: best.position, type: best.type }
    best.at += 1
    best.position = best.positions[best.at] ?? Number.POSITIVE_INFINITY
  }
}

/** The wanted messages that a lane has before it, up to its partition's checkpoint. In key order: of all keys, for only the worker knows the key. */
export function* wantedOfLane(
  log: LogState,
  group: GroupState,
  at: PartitionState,
  lane: LoadedLane,
): Iterable<Waiting> {
  const upto = lane.single ? lane.at.next : at.checkpoint
  if (lane.kept !== undefined) yield { position: lane.kept.position, type: lane.kept.type }
  if (group.order !== "stream") {
    for (const waiting of wantedAbove(log, group, at.partition, lane.at.next - 1)) {
      if (waiting.position > upto) return
      yield waiting
    }
    return
  }
  const positions = log.streams.get(lane.key)?.positions ?? []
  for (let index = indexAbove(positions, lane.at.next - 1); index < positions.length; index += 1) {
    const position = positions[index] ?? 0
    if (position > upto) return
    const type = messageAt(log, position)?.type ?? ""
    if (isWanted(group, { position, type })) yield { position, type }
  }
}

/** How many wanted messages of a group are not settled. A lane of a key counts as one: which messages are its, only the worker knows. */
export function lagOf(log: LogState, group: GroupState): number {
  let lag = 0
  for (const at of group.partitions) {
    const index = typeIndexOf(log, group, at.partition)
    for (const [type, { since }] of group.types)
      lag += countBetween(index.get(type), Math.max(at.checkpoint, since), Number.POSITIVE_INFINITY)
    for (const lane of at.lanes.values()) {
      if (group.order !== "stream") lag += 1
      else for (const { position } of wantedOfLane(log, group, at, lane)) if (!group.marks.has(position)) lag += 1
    }
  }
  for (const mark of group.marks) lag -= isAhead(log, group, mark) ? 1 : 0
  return lag
}

/** Whether a position lies above the checkpoint of its partition, wanted. */
function isAhead(log: LogState, group: GroupState, position: Position): boolean {
  const message = messageAt(log, position)
  return (
    message !== undefined && isWanted(group, message) && position > partitionAt(log, group, message.streamId).checkpoint
  )
}

/** The partition of a group that a stream's messages go through. */
export function partitionAt(log: LogState, group: GroupState, streamId: string): PartitionState {
  const index = group.order === "stream" ? partitionOf(streamId, log.partitions) : 0
  const found = group.partitions[index]
  if (found === undefined) throw new RangeError(`group ${group.name} has no partition ${index}`)
  return found
}
