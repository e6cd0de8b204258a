import { partitionOf, type Position, type StoredMessage } from "@millrace/core/backend"

import type { GroupState, Lane, PartitionState } from "./group-state.ts"
import type { Log } from "./log.ts"
import {
  ask,
  askOne,
  countOf,
  messagesAt,
  ofStream,
  placeOf,
  type Question,
  wantedIn,
  type Waiting,
} from "./questions.ts"

/** The most messages looked at in one script. */
const PAGE = 250

/** Above every position. */
export const END: Position = Number.MAX_SAFE_INTEGER

/** Whether a group wants the message at this position: of a wanted type, above the position since which it is wanted. */
export function isWanted(group: GroupState, { position, type }: Waiting): boolean {
  const wanted = group.types.get(type)
  return wanted !== undefined && position > wanted.since
}

/** Asks for the first wanted message of a partition above its checkpoint. */
export function firstWaiting(
  group: GroupState,
  { partition, checkpoint }: PartitionState,
): Question<Waiting | undefined> {
  const wanted = wantedIn(group, partition, { after: checkpoint, upto: END, limit: 1 })
  return { words: wanted.words, answer: (reply) => wanted.answer(reply)[0] }
}

/** The wanted messages of a partition between two positions, in order. */
export async function* wantedBetween(
  log: Log,
  group: GroupState,
  partition: number,
  { after, upto }: { readonly after: Position; readonly upto: Position },
): AsyncGenerator<Waiting> {
  for (let from = after; from < upto;) {
    const found = await askOne(log, wantedIn(group, partition, { after: from, upto, limit: PAGE }))
    yield* found
    if (found.length < PAGE) return
    from = found.at(-1)?.position ?? upto
  }
}

/** Hears of wanted messages that are not there: somebody else has taken their entries away. */
export type OnMissing = (position: Position) => void

/** The wanted messages that a lane has before it, up to its partition's checkpoint. In key order: of all keys, for only the worker knows the key. */
export async function* wantedOfLane(
  log: Log,
  group: GroupState,
  at: PartitionState,
  lane: Lane,
  onMissing: OnMissing = () => {},
): AsyncGenerator<StoredMessage> {
  const upto = lane.single ? lane.at.next : at.checkpoint
  if (lane.kept !== undefined) yield lane.kept
  const after = lane.at.next - 1
  if (group.order !== "stream") yield* messagesBetween(log, group, at.partition, { after, upto }, onMissing)
  else yield* wantedOfStream(log, group, lane.key, { after, upto }, onMissing)
}

/** The messages of a stream that a group wants, between two positions. */
export async function* wantedOfStream(
  log: Log,
  group: GroupState,
  streamId: string,
  { after, upto }: { readonly after: Position; readonly upto: Position },
  onMissing: OnMissing = () => {},
): AsyncGenerator<StoredMessage> {
  const { partition } = partitionAt(log, group, streamId)
  for (let from = after; from < upto;) {
    const found = await askOne(log, ofStream(log, streamId, { after: from, upto, limit: PAGE }))
    for (const message of found) {
      if (!("missing" in message)) {
        if (isWanted(group, message)) yield message
        continue
      }
      const { position } = message
      const there = await askOne(log, wantedIn(group, partition, { after: position - 1, upto: position, limit: 1 }))
      if (there.length > 0) onMissing(position)
    }
    if (found.length === 0) return
    from = found.at(-1)?.position ?? upto
  }
}

async function* messagesBetween(
  log: Log,
  group: GroupState,
  partition: number,
  { after, upto }: { readonly after: Position; readonly upto: Position },
  onMissing: OnMissing,
): AsyncGenerator<StoredMessage> {
  for (let from = after; from < upto;) {
    const found = await askOne(log, wantedIn(group, partition, { after: from, upto, limit: PAGE }))
    const messages = await askOne(log, messagesAt(found.map(({ position }) => position)))
    const there = new Set(messages.map(({ position }) => position))
    for (const { position } of found) if (!there.has(position)) onMissing(position)
    yield* messages
    if (found.length < PAGE) return
    from = found.at(-1)?.position ?? upto
  }
}

/** The messages at these positions, by position. */
export async function messagesByPosition(
  log: Log,
  positions: readonly Position[],
): Promise<ReadonlyMap<Position, StoredMessage>> {
  const questions: Question<readonly StoredMessage[]>[] = []
  for (let from = 0; from < positions.length; from += PAGE)
    questions.push(messagesAt(positions.slice(from, from + PAGE)))
  const found = new Map<Position, StoredMessage>()
  for (const question of questions)
    for (const message of await askOne(log, question)) found.set(message.position, message)
  return found
}

/** How many wanted messages of a group are not settled. A lane of a key counts as one: which messages are its, only the worker knows. */
export async function lagOf(log: Log, group: GroupState): Promise<number> {
  const counts = group.partitions.flatMap((at) =>
    [...group.types].map(([type, { since }]) =>
      countOf(type, placeOf(group, at.partition), { after: Math.max(at.checkpoint, since), upto: END }),
    ),
  )
  let lag = (await ask(log, counts)).reduce((sum, count) => sum + count, 0)
  for (const at of group.partitions) {
    for (const lane of at.lanes.values()) {
      if (group.order !== "stream") lag += 1
      else for await (const { position } of wantedOfLane(log, group, at, lane)) if (!group.marks.has(position)) lag += 1
    }
  }
  const marked = await messagesByPosition(log, [...group.marks])
  for (const message of marked.values()) if (isAhead(log, group, message)) lag -= 1
  return lag
}

/** Whether a wanted message lies above the checkpoint of its partition. */
function isAhead(log: Log, group: GroupState, message: StoredMessage): boolean {
  return isWanted(group, message) && message.position > partitionAt(log, group, message.streamId).checkpoint
}

/** The partition of a group that a stream's messages go through. */
export function partitionAt(log: Log, group: GroupState, streamId: string): PartitionState {
  const index = group.order === "stream" ? partitionOf(streamId, log.partitions) : 0
  const found = group.partitions.find(({ partition }) => partition === index)
  if (found === undefined) throw new RangeError(`group ${group.name} has no partition ${index}`)
  return found
}
