import { type LoadedLane, partitionOf, type Position, type StoredMessage, type StreamId } from "@millrace/core/backend"

import type { Log } from "./log.ts"
import type { GroupRow, PartitionRow } from "./rows.ts"

/** Positions in rising order, and which of them are asked for. */
interface Positions {
  readonly of: readonly Position[]
  readonly after: Position
  readonly upto?: Position
}

/** The positions of several lists in order, down from the last where `backward`. */
export function* merged(lists: readonly Positions[], backward = false): Iterable<Position> {
  const step = backward ? -1 : 1
  const cursors = lists.map(({ of, after, upto = Infinity }) => {
    const [begin, end] = [indexAbove(of, after), indexAbove(of, upto)]
    return { of, at: backward ? end - 1 : begin, left: end - begin }
  })
  for (;;) {
    let best: { position: Position; cursor: (typeof cursors)[number] } | undefined
    for (const cursor of cursors) {
      const position = cursor.of[cursor.at] ?? 0
      if (cursor.left > 0 && (best === undefined || (position - best.position) * step < 0)) best = { position, cursor }
    }
    if (best === undefined) return
    yield best.position
    best.cursor.at += step
    best.cursor.left -= 1
  }
}

function indexAbove(positions: readonly Position[], position: Position): number {
  let [low, high] = [0, positions.length]
  // Most readers stand at the end.
  if ((positions.at(-1) ?? 0) <= position) return high
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((positions[middle] ?? 0) <= position) low = middle + 1
    else high = middle
  }
  return low
}

/** The messages that a partition of a group wants above a position. */
export function* wantedAbove(log: Log, group: GroupRow, at: PartitionRow, after: Position): Iterable<StoredMessage> {
  const index = group.order === "stream" ? (`type in ${at.partition}` as const) : "type"
  const lists = [...group.types].map(([type, { since }]) => ({
    of: log.positions(index, type),
    after: Math.max(after, since),
  }))
  yield* messagesAt(log, merged(lists))
}

/** The messages that a lane has before it, up to its partition's checkpoint. In key order: of all keys. */
export function* wantedOfLane(log: Log, group: GroupRow, at: PartitionRow, lane: LoadedLane): Iterable<StoredMessage> {
  const upto = lane.single ? lane.at.next : at.checkpoint
  if (lane.kept !== undefined) yield lane.kept
  const ahead =
    group.order === "stream"
      ? wantedOfStream(log, group, lane.key, lane.at.next - 1)
      : wantedAbove(log, group, at, lane.at.next - 1)
  for (const message of ahead) {
    if (message.position > upto) return
    yield message
  }
}

/** The messages of a stream that a group wants above a position. */
export function* wantedOfStream(log: Log, group: GroupRow, id: StreamId, after: Position): Iterable<StoredMessage> {
  for (const message of messagesAt(log, merged([{ of: log.positions("stream", id), after }]))) {
    const wanted = group.types.get(message.type)
    if (wanted !== undefined && message.position > wanted.since) yield message
  }
}

function* messagesAt(log: Log, positions: Iterable<Position>): Iterable<StoredMessage> {
  for (const position of positions) {
    const message = log.tables.messages.get(position)
    if (message !== undefined) yield message
  }
}

/** The first of these that a group has not been told to pass over. */
export function firstUnmarked(group: GroupRow, messages: Iterable<StoredMessage>): StoredMessage | undefined {
  for (const message of messages) if (!group.marks.has(message.position)) return message
  return undefined
}

/** The partition that a stream's messages go through. */
export function partitionAt(log: Log, group: GroupRow, streamId: StreamId): PartitionRow {
  return partitionIn(group, { partition: group.order === "stream" ? partitionOf(streamId, log.row.partitions) : 0 })
}

/** The partition of a group that a lease, or a slice, is of. */
export function partitionIn(group: GroupRow, { partition }: { readonly partition: number }): PartitionRow {
  const at = group.partitions[partition]
  if (at === undefined) throw new RangeError(`group ${group.name} has no partition ${partition}`)
  return at
}
