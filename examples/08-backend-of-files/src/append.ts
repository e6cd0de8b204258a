import {
  type Append,
  type AppendedAt,
  checkAppend,
  checkBatch,
  checkLimit,
  type DocumentPut,
  type Holds,
  judgeAppend,
  type Known,
  MAX_NAME_LENGTH,
  type Message,
  type Promotion,
  type ScheduledAppend,
  type StreamId,
  type Verdict,
} from "@millrace/core/backend"

import type { Log } from "./log.ts"
import type { StreamRow } from "./rows.ts"

export const MAX_BATCH = 10_000
export const HOLDS: Holds = { maxMessageBytes: 16 * 1024 * 1024, maxNameLength: MAX_NAME_LENGTH }

const parse: <T>(json: string, each: (key: string, value: unknown) => unknown) => T = JSON.parse

export function append(log: Log, appends: readonly Append[]): readonly Verdict[] {
  checkBatch(appends, MAX_BATCH)
  return appends.map((one) => appendOne(log, one))
}

/** Judges an append by a log that holds those before it, and stores it. */
export function appendOne(log: Log, one: Append): Verdict {
  return checkAppend(one, HOLDS) ?? judgeAppend(one, knownOf(log)) ?? store(log, one)
}

function knownOf(log: Log): Known {
  const { streams, keys, documents, schedules } = log.tables
  return {
    key(key) {
      const found = keys.get(key)
      if (found === undefined) return undefined
      const { fingerprint, firstPosition, position } = found
      return { fingerprint, of: { firstPosition, position } }
    },
    position: (id) => log.positions("id", id)[0] ?? (schedules.has(id) ? 0 : undefined),
    version: (streamId) => streams.get(streamId)?.version ?? 0,
    revision: (collection, id) => documents.get(placeOf(collection, id))?.revision ?? 0,
  }
}

function store(log: Log, { streams, schedules, documents, idempotencyKey: key, fingerprint = "" }: Append): Verdict {
  const before = log.row.head
  const versions = streams.map(({ streamId, messages }) => {
    for (const message of messages) storeMessage(log, message)
    return { streamId, version: log.tables.streams.get(streamId)?.version ?? 0 }
  })
  for (const schedule of schedules ?? []) storeSchedule(log, schedule)
  for (const document of documents ?? []) storeDocument(log, document)
  const { head } = log.row
  const of: AppendedAt = { firstPosition: head === before ? 0 : before + 1, position: head === before ? 0 : head }
  if (key !== undefined) log.put("keys", key, { kind: "key", key, fingerprint, ...of, at: head })
  return { kind: "appended", ...of, streams: versions }
}

/** Stores a message at the end of the log. `recordedAt`: the clock's, unless it was recorded elsewhere. */
export function storeMessage(log: Log, message: Message, recordedAt?: string): void {
  const row = log.edit("log", "log")
  row.head += 1
  row.recordedAt = recordedAt === undefined ? Math.max(row.recordedAt, log.now()) : Date.parse(recordedAt)
  const stream = streamOf(log, message.streamId)
  stream.lastPosition = row.head
  if (message.kind === "event") stream.version += 1
  const at = { position: row.head, recordedAt: new Date(row.recordedAt).toISOString() }
  const stored = { ...message, ...at, ...(message.kind === "event" ? { version: stream.version } : {}) }
  log.put("messages", row.head, frozen(stored))
  log.tell({ kind: "messages", types: [message.type] })
}

/** A stream's row, to be changed. */
export function streamOf(log: Log, streamId: StreamId): StreamRow {
  if (log.tables.streams.has(streamId)) return log.edit("streams", streamId)
  return log.put("streams", streamId, { streamId, version: 0, trimmed: 0, lastPosition: 0 })
}

function storeSchedule(log: Log, { message, at }: ScheduledAppend): void {
  const row = log.edit("log", "log")
  row.schedules += 1
  log.put("schedules", message.id, frozen({ message, at, number: row.schedules }))
  log.tell({ kind: "schedule" })
}

function storeDocument(log: Log, { collection, id, value }: DocumentPut): void {
  const place = placeOf(collection, id)
  const revision = (log.tables.documents.get(place)?.revision ?? 0) + 1
  if (value === undefined) log.drop("documents", place)
  else log.put("documents", place, frozen({ collection, id, revision, value }))
}

/** Appends the schedules that are due. */
export function promote(log: Log, limit: number): Promotion {
  checkLimit("limit", limit)
  const now = log.now()
  const due = log.due()
  const later = due.findIndex(({ at }) => at > now)
  const promoted = due.slice(0, Math.min(limit, later < 0 ? due.length : later))
  for (const { message } of promoted) {
    log.drop("schedules", message.id)
    storeMessage(log, message)
  }
  const types = [...new Set(promoted.map(({ message }) => message.type))]
  return { promoted: promoted.length, now, nextDue: log.due()[0]?.at ?? null, types }
}

/** A copy as JSON gives it back, which nobody can change. */
export function frozen<T>(value: T): T {
  return parse(JSON.stringify(value), (_, part) => Object.freeze(part))
}

/** The key of a document's row. */
export function placeOf(collection: string, id: string): string {
  return JSON.stringify([collection, id])
}
