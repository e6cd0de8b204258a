import type { Position, StreamId } from "../../message/ids.ts"
import type { Json } from "../../message/json.ts"
import type { Message, StoredMessage } from "../../message/message.ts"
import { partitionOf } from "../../stream/partition.ts"
import type { Append, AppendedAt, StreamVersion, Verdict } from "../append.ts"
import type { KeyedDocument } from "../document.ts"
import { insertSchedule } from "./insert-schedule.ts"
import { jsonCopy } from "./json-copy.ts"
import { headOf, type LogState, type StoredDocument, type StreamState, type TypeIndex } from "./log-state.ts"
import { storedCopy } from "./stored-copy.ts"
import { documentKey } from "./touched.ts"

/** Stores an append that was judged storable, whole, and answers where. */
export function storeAppend(log: LogState, append: Append): Extract<Verdict, { readonly kind: "appended" }> {
  const before = headOf(log)
  const streams: StreamVersion[] = []
  for (const { streamId, messages } of append.streams) {
    for (const message of messages) storeMessage(log, message)
    streams.push({ streamId, version: log.streams.get(streamId)?.version ?? 0 })
  }
  for (const { message, at } of append.schedules ?? []) insertSchedule(log, message, at)
  for (const { collection, id, value } of append.documents ?? []) storeDocument(log, collection, id, value)
  const head = headOf(log)
  const of: AppendedAt =
    head === before ? { firstPosition: 0, position: 0 } : { firstPosition: before + 1, position: head }
  if (append.idempotencyKey !== undefined) {
    log.keys.set(append.idempotencyKey, { fingerprint: append.fingerprint ?? "", of, at: head })
    log.touched?.keys.add(append.idempotencyKey)
  }
  return { kind: "appended", ...of, streams }
}

/** Stores one message at the end of the log. `recordedAt`: what the storage's clock shows, unless it is known. */
export function storeMessage(log: LogState, message: Message, recordedAt = recordedNow(log)): Position {
  const position = headOf(log) + 1
  const version = message.kind === "event" ? streamOf(log, message.streamId).version + 1 : undefined
  placeMessage(log, storedCopy(message, { position, version, recordedAt }))
  log.news.types.add(message.type)
  log.touched?.messages.add(String(position))
  return position
}

/** Puts a message at the end of the log and into every index. */
export function placeMessage(log: LogState, entry: StoredMessage): void {
  const { id, type, streamId, correlationId, position, version } = entry
  const stream = streamOf(log, streamId)
  if (version === undefined) log.commands.set(type, (log.commands.get(type) ?? 0) + 1)
  else {
    stream.version = version
    stream.events.push(position)
  }
  stream.positions.push(position)
  stream.lastPosition = position
  log.entries.push(entry)
  log.byId.set(id, position)
  indexType(log.types, type, position)
  const partition = log.partitionTypes[partitionOf(streamId, log.partitions)]
  if (partition !== undefined) indexType(partition, type, position)
  const conversation = log.conversations.get(correlationId)
  if (conversation === undefined) log.conversations.set(correlationId, position)
  else if (typeof conversation === "number") log.conversations.set(correlationId, [conversation, position])
  else conversation.push(position)
}

/** A stream's state, made where the log has never heard of it. */
export function streamOf(log: LogState, streamId: StreamId): StreamState {
  const known = log.streams.get(streamId)
  if (known !== undefined) return known
  const made: StreamState = { version: 0, positions: [], events: [], trimmed: 0, lastPosition: 0 }
  log.streams.set(streamId, made)
  return made
}

function indexType(index: TypeIndex, type: string, position: Position): void {
  const positions = index.get(type)
  if (positions === undefined) index.set(type, [position])
  else positions.push(position)
}

/** The storage's clock, held back from falling along positions. */
function recordedNow(log: LogState): string {
  const now = log.clock.now()
  if (now > log.recorded.at) log.recorded = { at: now, text: new Date(now).toISOString() }
  return log.recorded.text
}

/** Puts a document, or with `undefined` deletes it. */
export function storeDocument(log: LogState, collection: string, id: string, value: Json | undefined): void {
  const revision = (log.documents.get(collection)?.get(id)?.revision ?? 0) + 1
  placeDocument(log, { collection, id, revision, value })
}

/** Puts a document as it is told, or with a `value` of `undefined` deletes it. */
export function placeDocument(
  log: LogState,
  { collection, id, revision, value }: Omit<KeyedDocument, "value"> & { readonly value: Json | undefined },
): void {
  const documents = log.documents.get(collection) ?? new Map<string, StoredDocument>()
  if (value === undefined) documents.delete(id)
  else documents.set(id, { revision, value: jsonCopy(value) })
  if (documents.size === 0) log.documents.delete(collection)
  else log.documents.set(collection, documents)
  log.touched?.documents.add(documentKey(collection, id))
}
