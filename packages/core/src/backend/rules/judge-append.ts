import type { MessageId, Position, StreamId, Version } from "../../message/ids.ts"
import { meetsExpectation } from "../../stream/expected-version.ts"
import type { Append, AppendedAt, Verdict } from "../append.ts"

/** What the log knows that bears on an append: the appends before it in the same call included. */
export interface Known {
  /** What an idempotency key stands for. */
  key(key: string): { readonly fingerprint: string; readonly of: AppendedAt } | undefined
  /** Where a message id is stored; 0 while its message waits in a schedule. */
  position(id: MessageId): Position | undefined
  version(streamId: StreamId): Version
  /** 0 where the document is absent. */
  revision(collection: string, id: string): number
}

/**
 * The verdict on an append that is not to be stored, in the order idempotency key → message ids → expected versions → document revisions;
 * `undefined` when it may be stored. Run it for one append after another, storing each before judging the next.
 */
export function judgeAppend(append: Append, known: Known): Exclude<Verdict, { readonly kind: "appended" }> | undefined {
  return (
    judgeKey(append, known) ?? judgeIds(append, known) ?? judgeVersions(append, known) ?? judgeRevisions(append, known)
  )
}

function judgeKey({ idempotencyKey, fingerprint }: Append, known: Known): ReturnType<typeof judgeAppend> {
  if (idempotencyKey === undefined) return undefined
  const before = known.key(idempotencyKey)
  if (before === undefined) return undefined
  if (before.fingerprint === fingerprint) return { kind: "duplicate", of: before.of }
  const detail = `idempotency key ${JSON.stringify(idempotencyKey)} stands for other content: use a key once per request`
  return { kind: "refused", code: "key-reused", detail }
}

function judgeIds(append: Append, known: Known): ReturnType<typeof judgeAppend> {
  const ids = messageIds(append)
  if (ids.length === 0) return undefined
  const [only] = ids
  if (ids.length === 1 && only !== undefined && known.position(only) === undefined) return undefined
  const seen = new Set<MessageId>()
  const repeated = ids.filter((id) => seen.size === seen.add(id).size)
  if (repeated.length > 0)
    return partlyKnown(repeated, `an id occurs twice in the append (${repeated[0]}): give each message its own`)
  const positions = ids.map((id) => known.position(id))
  const stored = positions.filter((position) => position !== undefined)
  if (stored.length === 0) return undefined
  if (stored.length === ids.length) return { kind: "duplicate", of: spanOf(stored.filter((position) => position > 0)) }
  const some = ids.filter((_, index) => positions[index] !== undefined)
  return partlyKnown(
    some,
    `${some.length} of ${ids.length} messages are stored already (${some[0]}): send new ones alone`,
  )
}

function judgeVersions(append: Append, known: Known): ReturnType<typeof judgeAppend> {
  for (const { streamId, expected } of append.streams) {
    const actualVersion = known.version(streamId)
    if (!meetsExpectation(expected, actualVersion)) return { kind: "conflict", streamId, expected, actualVersion }
  }
  return undefined
}

function judgeRevisions(append: Append, known: Known): ReturnType<typeof judgeAppend> {
  for (const { collection, id, expectedRevision } of append.documents ?? []) {
    if (expectedRevision === "any") continue
    const actualRevision = known.revision(collection, id)
    if (actualRevision !== expectedRevision)
      return { kind: "document-conflict", collection, id, expectedRevision, actualRevision }
  }
  return undefined
}

function messageIds(append: Append): readonly MessageId[] {
  const ids: MessageId[] = []
  for (const { messages } of append.streams) for (const { id } of messages) ids.push(id)
  for (const { message } of append.schedules ?? []) ids.push(message.id)
  return ids
}

function partlyKnown(messageIds: readonly MessageId[], detail: string): ReturnType<typeof judgeAppend> {
  return { kind: "refused", code: "ids-partly-known", detail, messageIds }
}

function spanOf(positions: readonly Position[]): AppendedAt {
  if (positions.length === 0) return { firstPosition: 0, position: 0 }
  const [firstPosition, position] = positions.reduce(
    ([low, high], one) => [Math.min(low, one), Math.max(high, one)],
    [Number.POSITIVE_INFINITY, 0],
  )
  return { firstPosition, position }
}
