import {
  type Append,
  type AppendedAt,
  checkAppend,
  type Holds,
  judgeAppend,
  type Known,
  type MessageId,
  type Verdict,
} from "@millrace/core/backend"

import { type Facts, idsOf, placeOf } from "./facts.ts"

/** Positions that a plan has yet to be given lie above all others: the offset from the head is added to this. */
const PENDING = 2 ** 52

/** A pending position as an offset from the head; 0 stays 0. */
export function offsetOf(position: number): number {
  return position === 0 ? 0 : position - PENDING
}

/** The highest version there can be. */
export const NO_LIMIT = Number.MAX_SAFE_INTEGER

/** A stream of a plan: what its version is assumed to be, and what is added to it. */
export interface PlannedStream {
  readonly streamId: string
  low: number
  high: number
  events: number
  messages: number
  /** Offset of its last message from the head. */
  last: number
}

/** A document of a plan: what its revision is assumed to be, and what becomes of it. `restart`: it is deleted in between. */
export interface PlannedDocument {
  readonly collection: string
  readonly id: string
  low: number
  high: number
  puts: number
  restart: boolean
  value: string | undefined
}

/** Appends that are to be stored together, and all that they were judged by. */
export interface Plan {
  readonly appends: readonly Append[]
  readonly streams: ReadonlyMap<string, PlannedStream>
  readonly documents: ReadonlyMap<string, PlannedDocument>
  /** Everything that must not be there yet. */
  readonly ids: readonly MessageId[]
  readonly keys: readonly string[]
  /** Verdicts in the order of the appends; those of stored ones wait for the log's answer. */
  readonly verdicts: readonly PlannedVerdict[]
  /** Judged by what the log held, not by what the appends expect. */
  readonly sure: boolean
}

export type PlannedVerdict =
  | { readonly kind: "judged"; readonly verdict: Verdict }
  | { readonly kind: "stored"; readonly append: Append; readonly at: AppendedAt; readonly events: readonly number[] }

/** What is thrown when appends can not be judged without looking at the log. */
class Look extends Error {}

/**
 * Judges appends as if they ran one by one. Without `facts` by what they expect themselves: most appends are right, and the log refuses
 * the plan where one is not. `undefined`: they can not be judged without facts.
 */
export function planAppends(appends: readonly Append[], holds: Holds, facts?: Facts): Plan | undefined {
  const draft = newDraft(facts)
  try {
    const verdicts = appends.map((append) => draft.take(append, checkAppend(append, holds)))
    return { ...draft, streams: inOrderOfLast(draft.streams), appends, verdicts, sure: facts !== undefined }
  } catch (error) {
    if (error instanceof Look) return undefined
    throw error
  }
}

/** The log answers in this order. Mostly it is the one they came in. */
function inOrderOfLast(streams: ReadonlyMap<string, PlannedStream>): ReadonlyMap<string, PlannedStream> {
  let before = 0
  for (const { last } of streams.values()) {
    if (last < before) return new Map([...streams].toSorted(([, a], [, b]) => a.last - b.last))
    before = last
  }
  return streams
}

/** The verdicts of a plan that the log has taken. With `base` undefined positions stay pending, for `placed` to put right. */
export function verdictsOf(plan: Plan, base: number | undefined, versions: readonly number[]): readonly Verdict[] {
  const found = new Map([...plan.streams.keys()].map((streamId, at) => [streamId, versions[at] ?? 0]))
  return plan.verdicts.map((planned) => {
    if (planned.kind === "judged") return settledAt(planned.verdict, base)
    const streams = planned.append.streams.map(({ streamId }, at) => ({
      streamId,
      version: (found.get(streamId) ?? 0) + (planned.events[at] ?? 0),
    }))
    const { firstPosition, position } = planned.at
    return { kind: "appended", firstPosition: placed(firstPosition, base), position: placed(position, base), streams }
  })
}

/** Whether the verdicts stand without the log being asked (again). */
export function isFinal({ verdicts, sure, ids, keys, streams, documents }: Plan): boolean {
  if (verdicts.some(({ kind }) => kind === "stored")) return false
  return sure || ids.length + keys.length + streams.size + documents.size === 0
}

/** Where a pending position has come to lie. */
export function placed(position: number, base: number | undefined): number {
  return position > PENDING && base !== undefined ? position - PENDING + base : position
}

function settledAt(verdict: Verdict, base: number | undefined): Verdict {
  if (verdict.kind !== "duplicate") return verdict
  const { firstPosition, position } = verdict.of
  return { kind: "duplicate", of: { firstPosition: placed(firstPosition, base), position: placed(position, base) } }
}

function newDraft(facts: Facts | undefined) {
  const streams = new Map<string, PlannedStream>()
  const documents = new Map<string, PlannedDocument>()
  const keys = new Map<string, { fingerprint: string; of: AppendedAt }>()
  const positions = new Map<MessageId, number>()
  const ids: MessageId[] = []
  const asked: string[] = []
  let head = PENDING

  const streamOf = (streamId: string): PlannedStream => {
    const known = streams.get(streamId)
    if (known !== undefined) return known
    const version = facts === undefined ? undefined : (facts.versions.get(streamId) ?? 0)
    const made = { streamId, low: version ?? 0, high: version ?? NO_LIMIT, events: 0, messages: 0, last: 0 }
    streams.set(streamId, made)
    return made
  }
  const documentOf = (collection: string, id: string): PlannedDocument => {
    const place = placeOf(collection, id)
    const known = documents.get(place)
    if (known !== undefined) return known
    const revision = facts === undefined ? undefined : (facts.revisions.get(place) ?? 0)
    const bounds = { low: revision ?? 0, high: revision ?? NO_LIMIT }
    const made = { collection, id, ...bounds, puts: 0, restart: false, value: undefined }
    documents.set(place, made)
    return made
  }
  const known: Known = {
    key: (key) => keys.get(key) ?? facts?.keys.get(key),
    position: (id) => positions.get(id) ?? facts?.positions.get(id),
    version: (streamId) => {
      const { low, events } = streamOf(streamId)
      return low + events
    },
    revision: (collection, id) => {
      const { low, puts, restart } = documentOf(collection, id)
      return (restart ? 0 : low) + puts
    },
  }
  const store = (append: Append): PlannedVerdict => {
    const before = head
    const events = append.streams.map(({ streamId, messages }) => {
      const stream = streamOf(streamId)
      for (const { id, kind } of messages) {
        head += 1
        positions.set(id, head)
        stream.messages += 1
        stream.last = head - PENDING
        if (kind === "event") stream.events += 1
      }
      return stream.events
    })
    for (const { message } of append.schedules ?? []) positions.set(message.id, 0)
    for (const { collection, id, value } of append.documents ?? []) putInto(documentOf(collection, id), value)
    const at = head === before ? { firstPosition: 0, position: 0 } : { firstPosition: before + 1, position: head }
    const { idempotencyKey, fingerprint } = append
    if (idempotencyKey !== undefined) keys.set(idempotencyKey, { fingerprint: fingerprint ?? "", of: at })
    return { kind: "stored", append, at, events }
  }
  return {
    streams,
    documents,
    ids,
    keys: asked,
    take(append: Append, fault: Verdict | undefined): PlannedVerdict {
      if (fault !== undefined) return { kind: "judged", verdict: fault }
      if (facts === undefined) assume(append, streamOf, documentOf)
      const verdict = judgeAppend(append, known)
      // Only what is stored proves that what it was judged by was right: a conflict may be the repetition of a stored append.
      if (facts === undefined && verdict !== undefined && verdict.kind !== "duplicate") throw new Look()
      if (verdict !== undefined) return { kind: "judged", verdict }
      ask(append)
      return store(append)
    },
  }

  function ask(append: Append): void {
    for (const id of idsOf(append)) ids.push(id)
    if (append.idempotencyKey !== undefined) asked.push(append.idempotencyKey)
  }
}

/** Takes for granted what the append expects, wherever nothing is known yet. */
function assume(
  { streams, documents }: Append,
  streamOf: (streamId: string) => PlannedStream,
  documentOf: (collection: string, id: string) => PlannedDocument,
): void {
  for (const { streamId, expected } of streams) {
    const stream = streamOf(streamId)
    if (stream.low === stream.high || expected === "any") continue
    if (expected === "stream-exists") {
      if (stream.events === 0) stream.low = Math.max(stream.low, 1)
      continue
    }
    pin(stream, (expected === "no-stream" ? 0 : expected) - stream.events)
  }
  for (const { collection, id, expectedRevision } of documents ?? []) {
    const document = documentOf(collection, id)
    if (document.low === document.high || document.restart || expectedRevision === "any") continue
    pin(document, expectedRevision - document.puts)
  }
}

function pin(bounds: { low: number; high: number }, value: number): void {
  if (value < bounds.low || value > bounds.high) throw new Look()
  bounds.low = value
  bounds.high = value
}

function putInto(document: PlannedDocument, value: unknown): void {
  if (value === undefined) {
    document.restart = true
    document.puts = 0
    document.value = undefined
    return
  }
  document.puts += 1
  document.value = JSON.stringify(value)
}
