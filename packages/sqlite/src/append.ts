import {
  type Append,
  checkAppend,
  judgeAppend,
  type Known,
  MAX_NAME_LENGTH,
  partitionOf,
  type Verdict,
  toSortable,
} from "@millrace/core/backend"

import { putDocument, revisionOf } from "./documents.ts"
import type { Memo, StreamMemo } from "./memo.ts"
import { insertMessageRow, messageColumns } from "./message-row.ts"
import { int, text } from "./row.ts"
import { insertKey } from "./sql/insert-key.ts"
import { insertSchedule } from "./sql/insert-schedule.ts"
import { insertStream } from "./sql/insert-stream.ts"
import { selectKey } from "./sql/select-key.ts"
import { selectKnownId } from "./sql/select-known-id.ts"
import { selectKnownIds } from "./sql/select-known-ids.ts"
import { selectStreams } from "./sql/select-streams.ts"
import type { Writing } from "./transaction.ts"

/** What an append needs to know of its backend. */
export interface AppendRoom {
  readonly memo: Memo
  readonly partitions: () => number
  readonly maxMessageBytes: number
}

/** Appends of one transaction, judged and written one after another. What they need to know is read for all of them at once. */
export interface Appending {
  /** Judges one append and writes it if it may be stored. Writes nothing otherwise. */
  apply(append: Append): Verdict
}

/** Appends in order, each with its verdict. */
export function appendAll(writing: Writing, appends: readonly Append[], room: AppendRoom): readonly Verdict[] {
  const appending = beginAppending(writing, appends, room)
  return appends.map((append) => appending.apply(append))
}

export function beginAppending(writing: Writing, appends: readonly Append[], room: AppendRoom): Appending {
  const positions = knownIds(writing, appends)
  learnStreams(writing, appends, room)
  const known: Known = {
    key: (key) => keyOf(writing, key),
    position: (id) => positions.get(id),
    version: (streamId) => room.memo.streams.get(streamId)?.version ?? 0,
    revision: (collection, id) => revisionOf(writing.db, collection, id),
  }
  const holds = { maxMessageBytes: room.maxMessageBytes, maxNameLength: MAX_NAME_LENGTH }
  return {
    apply(append) {
      const verdict = checkAppend(append, holds) ?? judgeAppend(append, known)
      return verdict ?? store(writing, append, positions, room)
    },
  }
}

/** Which of these message ids the log holds already, and where. */
export function knownIds(writing: Writing, appends: readonly Append[]): Map<string, number> {
  const ids: string[] = []
  for (const { streams, schedules } of appends) {
    for (const { messages } of streams) for (const { id } of messages) ids.push(id)
    if (schedules !== undefined) for (const { message } of schedules) ids.push(message.id)
  }
  const positions = new Map<string, number>()
  const [only] = ids
  if (only === undefined) return positions
  if (ids.length === 1) {
    const row = writing.db.get(selectKnownId, only)
    if (row !== undefined) positions.set(only, int(row[0]))
    return positions
  }
  for (const row of writing.db.all(selectKnownIds, JSON.stringify(ids))) positions.set(text(row[0]), int(row[1]))
  return positions
}

/** Learns the versions of the streams that this process does not remember. */
export function learnStreams(writing: Writing, appends: readonly Append[], { memo, partitions }: AppendRoom): void {
  const unknown = new Map<string, string>()
  for (const { streams } of appends) {
    for (const { streamId } of streams) if (!memo.streams.has(streamId)) unknown.set(toSortable(streamId), streamId)
  }
  if (unknown.size === 0) return
  for (const row of writing.db.all(selectStreams, JSON.stringify([...unknown.keys()]))) {
    const name = unknown.get(text(row[0]))
    if (name === undefined) continue
    memo.streams.set(name, { id: int(row[1]), version: int(row[2]), partition: partitionOf(name, partitions()) })
  }
}

function keyOf({ db }: Writing, key: string): ReturnType<Known["key"]> {
  const row = db.get(selectKey, key)
  if (row === undefined) return undefined
  return { fingerprint: text(row[0]), of: { firstPosition: int(row[1]), position: int(row[2]) } }
}

function store(writing: Writing, append: Append, positions: Map<string, number>, room: AppendRoom): Verdict {
  const { log, db, news } = writing
  const before = log.head
  if (append.streams.some(({ messages }) => messages.length > 0)) log.recordedAt = Math.max(log.recordedAt, writing.now)
  const streams = append.streams.map(({ streamId, messages }) => {
    if (messages.length === 0) return { streamId, version: room.memo.streams.get(streamId)?.version ?? 0 }
    const stream = streamOf(writing, streamId, room)
    for (const message of messages) {
      const type = room.memo.types.idOf(db, message.type)
      log.head += 1
      if (message.kind === "event") stream.version += 1
      insertMessageRow(db, messageColumns(message), { position: log.head, type, stream, recordedAt: log.recordedAt })
      room.memo.heads.raise(type, stream.partition, log.head)
      positions.set(message.id, log.head)
      news.types.add(message.type)
    }
    return { streamId, version: stream.version }
  })
  for (const { message, at } of append.schedules ?? []) {
    log.schedule += 1
    db.run(insertSchedule, log.schedule, Math.ceil(at), message.id, JSON.stringify(message))
    positions.set(message.id, 0)
    news.schedule = true
  }
  for (const put of append.documents ?? []) putDocument(db, put)
  const stored = log.head > before
  const at = { firstPosition: stored ? before + 1 : 0, position: stored ? log.head : 0 }
  if (append.idempotencyKey !== undefined) {
    db.run(insertKey, append.idempotencyKey, append.fingerprint ?? "", at.firstPosition, at.position, log.head)
  }
  return { kind: "appended", ...at, streams }
}

export function streamOf({ db }: Writing, streamId: string, { memo, partitions }: AppendRoom): StreamMemo {
  const known = memo.streams.get(streamId)
  if (known !== undefined) return known
  const made = {
    id: int(db.get(insertStream, toSortable(streamId))?.[0]),
    version: 0,
    partition: partitionOf(streamId, partitions()),
  }
  memo.streams.set(streamId, made)
  return made
}
