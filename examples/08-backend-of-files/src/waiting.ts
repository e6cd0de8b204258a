import {
  BackendError,
  noSuchGroup,
  partitionOf,
  type Position,
  type ReplayState,
  type StoredMessage,
  type StreamId,
} from "@millrace/core/backend"

import type { Log } from "./log.ts"
import type { GroupRow, LaneRow, PartitionRow } from "./rows.ts"

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
  const lists = group.types.map(({ type, since }) => ({
    of: log.positions(index, type),
    after: Math.max(after, since),
  }))
  yield* messagesAt(log, merged(lists))
}

/** The messages that a lane has before it, up to its partition's checkpoint. In key order: of all keys. */
export function* wantedOfLane(log: Log, group: GroupRow, at: PartitionRow, lane: LaneRow): Iterable<StoredMessage> {
  const upto = lane.single ? lane.next : at.checkpoint
  if (lane.kept !== undefined) yield lane.kept
  const ahead =
    group.order === "stream"
      ? wantedOfStream(log, group, lane.key, lane.next - 1)
      : wantedAbove(log, group, at, lane.next - 1)
  for (const message of ahead) {
    if (message.position > upto) return
    yield message
  }
}

/** The messages of a stream that a group wants above a position. */
export function* wantedOfStream(log: Log, group: GroupRow, id: StreamId, after: Position): Iterable<StoredMessage> {
  for (const message of messagesAt(log, merged([{ of: log.positions("stream", id), after }]))) {
    const wanted = group.types.find(({ type }) => type === message.type)
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
  for (const message of messages) if (!group.marks.includes(message.position)) return message
  return undefined
}

/** The group of this name, to be changed. Throws `not-found`. */
export function editGroup(log: Log, name: string): GroupRow {
  return log.edit("groups", groupOf(log, name).group)
}

/** The group of this name. Throws `not-found`. */
export function groupOf(log: Log, name: string): GroupRow {
  const group = log.tables.groups.get(name)
  if (group === undefined) throw noSuchGroup(name)
  return group
}

export function partitionsOf(log: Log, group: GroupRow): readonly PartitionRow[] {
  return Array.from({ length: group.order === "stream" ? log.row.partitions : 1 }, (_, partition) => {
    const found = log.tables.partitions.get(`${group.number}/${partition}`)
    if (found === undefined) throw new BackendError("corrupt", `group "${group.group}" lacks partition ${partition}`)
    return found
  })
}

/** The partitions of a group, to be changed. */
export function editPartitions(log: Log, group: GroupRow): readonly PartitionRow[] {
  return partitionsOf(log, group).map(({ id }) => log.edit("partitions", id))
}

/** The partition that a stream's messages go through. */
export function partitionAt(log: Log, group: GroupRow, streamId: StreamId): PartitionRow | undefined {
  return partitionsOf(log, group)[group.order === "stream" ? partitionOf(streamId, log.row.partitions) : 0]
}

/** The replay state of a stream (or key) in a partition. */
export function replayOf(at: PartitionRow, key: string): ReplayState {
  return at.rows.find((row) => row.key === key)?.replay ?? at.replay
}

/** Opens a lane, or puts another in its place; lanes stand in the order of their keys. */
export function putLane(at: PartitionRow, lane: LaneRow): void {
  at.lanes = [...at.lanes.filter(({ key }) => key !== lane.key), lane].sort((a, b) => (a.key < b.key ? -1 : 1))
}
