import type { Append, ScheduledAppend, StreamAppend } from "../backend/append.ts"
import type { DocumentPut } from "../backend/document.ts"
import { encodeMessage } from "../message/encode.ts"
import type { Instant, StreamId, Version } from "../message/ids.ts"
import { isoInstant } from "../message/iso-instant.ts"
import type { JsonObject } from "../message/json.ts"
import type { Message } from "../message/message.ts"
import { shapeOf, withoutShape, withShape } from "../message/shape.ts"
import type { AnyMessage, SyncWork } from "../reactor/action.ts"
import type { HandlingObserver } from "../reactor/handling-observer.ts"
import type { Delivery, Outcome } from "../reactor/registration.ts"
import type { ExpectedVersion } from "../stream/expected-version.ts"
import { derivedId } from "./derived-id.ts"

/** What the messages of one stream asked for, put together for one part of a settlement. */
export interface Collected {
  readonly effects: Append | undefined
  readonly works: readonly { readonly work: SyncWork; readonly idempotencyKey: string }[]
  readonly afterCommit: readonly (() => void | Promise<void>)[]
  /** Messages asked for while replaying: counted, not stored. */
  readonly dropped: number
}

/** Two actions expect versions of one stream that can not both hold in one write: handle fewer messages at a time. */
export interface Unmergeable {
  readonly unmergeable: StreamId
}

interface Draft {
  expected: ExpectedVersion
  events: number
  readonly messages: Message[]
}

/** The group that handled, and who is told of it. */
interface CollectFor {
  readonly name: string
  readonly epoch: number
  readonly now: Instant
  readonly observer: HandlingObserver | undefined
}

/** Turns actions into the effects of one part: correlates and identifies what is produced, merges appends by stream, drops what is replayed. */
export function collect(done: Outcome["done"], group: CollectFor): Collected | Unmergeable {
  const streams = new Map<StreamId, Draft>()
  const schedules: ScheduledAppend[] = []
  const documents = new Map<string, DocumentPut>()
  const works: { work: SyncWork; idempotencyKey: string }[] = []
  const afterCommit: (() => void | Promise<void>)[] = []
  let dropped = 0

  for (const { delivery, actions } of done) {
    const produce = producer(delivery, group)
    for (const action of actions) {
      switch (action.kind) {
        case "ok":
        case "retry":
          break
        case "append-next":
        case "append-after": {
          if (delivery.replaying) {
            dropped += action.messages.length
            break
          }
          if (action.kind === "append-next") {
            for (const message of action.messages) add(streams, message.streamId, [produce(message, message.streamId)])
            break
          }
          const { streamId, expectedVersion } = action
          const messages = action.messages.map((message) => produce(message, streamId))
          if (!add(streams, streamId, messages, expectedVersion)) return { unmergeable: streamId }
          break
        }
        case "schedule":
          if (delivery.replaying) dropped += action.messages.length
          else
            for (const message of action.messages)
              schedules.push({ message: produce(message, message.streamId), at: action.at })
          break
        case "put":
          mergePut(documents, action.put)
          break
        case "sync":
          works.push({
            work: workOf(action.work, delivery, group.observer),
            idempotencyKey: `${group.name}/${delivery.message.id}`,
          })
          break
        case "after-commit":
          afterCommit.push(within(action.run, delivery, group.observer))
          break
      }
    }
  }
  return { effects: effectsOf(streams, schedules, documents), works, afterCommit, dropped }
}

/** Gives produced messages their ids, cause, conversation and inherited metadata. */
function producer(delivery: Delivery, group: CollectFor): (draft: AnyMessage, streamId: StreamId) => Message {
  const { message: cause } = delivery
  const carried = group.observer?.produced(delivery)
  let index = 0
  const createdAt = isoInstant(group.now)
  const of = withoutShape(cause.metadata)
  return (draft, streamId) => {
    const encoded = encodeMessage(draft)
    const own = carried === undefined ? draft.metadata : { ...draft.metadata, ...carried }
    return {
      ...encoded,
      streamId,
      id: derivedId(cause.id, group.name, group.epoch, index++),
      causationId: cause.id,
      correlationId: cause.correlationId,
      metadata: withShape(inherited(of, own), shapeOf(encoded.metadata)),
      createdAt,
    }
  }
}

/** What a message produces has its metadata, under its own. */
function inherited(of: JsonObject, own: JsonObject): JsonObject {
  return Object.keys(own).length === 0 ? of : { ...of, ...own }
}

function workOf(work: SyncWork, delivery: Delivery, observer: HandlingObserver | undefined): SyncWork {
  if (observer === undefined) return work
  return { needsTx: work.needsTx, run: (context) => observer.within(delivery, () => work.run(context)) }
}

function within<T>(call: () => T, delivery: Delivery, observer: HandlingObserver | undefined): () => T {
  return observer === undefined ? call : () => observer.within(delivery, call)
}

/** Adds messages to a stream's draft; false when `expected` can not hold after what the draft appends already. */
function add(
  streams: Map<StreamId, Draft>,
  streamId: StreamId,
  messages: readonly Message[],
  expected?: Version,
): boolean {
  const events = messages.filter((message) => message.kind === "event").length
  const draft = streams.get(streamId)
  if (draft === undefined) {
    streams.set(streamId, { expected: expected ?? "any", events, messages: [...messages] })
    return true
  }
  if (expected !== undefined) {
    const before = expected - draft.events
    if (before < 0 || (typeof draft.expected === "number" && draft.expected !== before)) return false
    draft.expected = before
  }
  draft.events += events
  draft.messages.push(...messages)
  return true
}

/** The last put of a document wins; the revision expected is the first one's. */
function mergePut(documents: Map<string, DocumentPut>, put: DocumentPut): void {
  const key = JSON.stringify([put.collection, put.id])
  const before = documents.get(key)
  documents.set(key, before === undefined ? put : { ...put, expectedRevision: before.expectedRevision })
}

function effectsOf(
  streams: ReadonlyMap<StreamId, Draft>,
  schedules: readonly ScheduledAppend[],
  documents: ReadonlyMap<string, DocumentPut>,
): Append | undefined {
  if (streams.size === 0 && schedules.length === 0 && documents.size === 0) return undefined
  const appends: StreamAppend[] = []
  for (const [streamId, { expected, messages }] of streams) appends.push({ streamId, expected, messages })
  return {
    streams: appends,
    ...(schedules.length === 0 ? {} : { schedules }),
    ...(documents.size === 0 ? {} : { documents: [...documents.values()] }),
  }
}
