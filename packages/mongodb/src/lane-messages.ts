import type { Position, StoredMessage } from "@millrace/core/backend"

import type { GroupState, Lane, PartitionState } from "./group-state.ts"
import type { Log } from "./log.ts"
import { readEntries } from "./segments.ts"
import { storedMessageOf } from "./stored-message.ts"
import { readStreamAbove } from "./stream-messages.ts"

/** Positions of the log looked through at once where a lane is not a stream's. */
const STRETCH = 1_000

/** Messages of a stream asked for at once. */
const PAGE = 200

/** Whether a group wants a message: of a wanted type, above the position since which it is wanted. */
export function isWanted(
  group: GroupState,
  { position, type }: { readonly position: Position; readonly type: string },
): boolean {
  const wanted = group.types.get(type)
  return wanted !== undefined && position > wanted.since
}

/**
 * The wanted messages that a lane has before it, up to its partition's checkpoint, in order. In key order: of all keys, for only the worker
 * knows the key.
 */
export async function* wantedOfLane(
  log: Log,
  group: GroupState,
  at: PartitionState,
  lane: Lane,
): AsyncIterable<StoredMessage> {
  const upto = lane.single ? lane.at.next : at.checkpoint
  if (lane.kept !== undefined) yield lane.kept
  const after = Math.max(lane.at.next - 1, lane.kept?.position ?? 0)
  const all = group.order === "stream" ? ofStream(log, lane.key, after, upto) : ofLog(log, after, upto)
  for await (const message of all) if (isWanted(group, message)) yield message
}

/** The type of the first message that a lane has before it. */
export async function firstOfLane(
  log: Log,
  group: GroupState,
  at: PartitionState,
  lane: Lane,
): Promise<string | undefined> {
  for await (const { type } of wantedOfLane(log, group, at, lane)) return type
  return undefined
}

/** The messages of the log above a position, in order. */
export async function* ofLog(log: Log, after: Position, upto: Position): AsyncIterable<StoredMessage> {
  for (let from = after; from < upto; from += STRETCH) {
    for (const { position, at, message } of await readEntries(log.database, from, Math.min(from + STRETCH, upto)))
      yield storedMessageOf(message, position, at)
  }
}

/** The messages of a stream above a position, in order. */
export async function* ofStream(
  log: Log,
  stream: string,
  after: Position,
  upto: Position,
): AsyncIterable<StoredMessage> {
  let from = after
  for (;;) {
    const entries = await readStreamAbove(log.database, stream, { after: from, upto, commits: PAGE })
    for (const { position, at, message } of entries.entries) yield storedMessageOf(message, position, at)
    if (entries.readTo >= upto) return
    from = entries.readTo
  }
}
