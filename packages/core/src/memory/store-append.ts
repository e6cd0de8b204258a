import type { Append, AppendedAt, StreamVersion, Verdict } from "../backend/append.ts"
import type { Position, StreamId } from "../message/ids.ts"
import type { Json } from "../message/json.ts"
import type { Message } from "../message/message.ts"
import { partitionOf } from "../stream/partition.ts"
import { insertSchedule } from "./insert-schedule.ts"
import { jsonCopy } from "./json-copy.ts"
import { headOf, type LogState, type StoredDocument, type StreamState, type TypeIndex } from "./log-state.ts"
import { storedCopy } from "./stored-copy.ts"

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
  }
  return { kind: "appended", ...of, streams }
}

/** Stores one message at the end of the log and in every index. `recordedAt`: what the storage's clock shows, unless it is known. */
export function storeMessage(log: LogState, message: Message, recordedAt = recordedNow(log)): Position {
  const position = headOf(log) + 1
  const stream = streamOf(log, message.streamId)
  const event = message.kind === "event"
  if (event) {
    stream.version += 1
    stream.events.push(position)
  } else {
    log.commands.set(message.type, (log.commands.get(message.type) ?? 0) + 1)
  }
  stream.positions.push(position)
  stream.lastPosition = position
  const version = event ? stream.version : undefined
  const entry = storedCopy(message, { position, version, recordedAt })
  log.entries.push(entry)
  log.news.types.add(entry.type)
  log.byId.set(entry.id, position)
  indexType(log.types, entry.type, position)
  const partition = log.partitionTypes[partitionOf(entry.streamId, log.partitions)]
  if (partition !== undefined) indexType(partition, entry.type, position)
  const conversation = log.conversations.get(entry.correlationId)
  if (conversation === undefined) log.conversations.set(entry.correlationId, position)
  else if (typeof conversation === "number") log.conversations.set(entry.correlationId, [conversation, position])
  else conversation.push(position)
  return position
}

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

export function storeDocument(log: LogState, collection: string, id: string, value: Json | undefined): void {
  const documents = log.documents.get(collection) ?? new Map<string, StoredDocument>()
  if (value === undefined) {
    documents.delete(id)
  } else {
    documents.set(id, { revision: (documents.get(id)?.revision ?? 0) + 1, value: jsonCopy(value) })
  }
  if (documents.size === 0) log.documents.delete(collection)
  else log.documents.set(collection, documents)
}
