import { categoryOf, type Position, type StreamId, type Version } from "@millrace/core/backend"
import type { AnyBulkWriteOperation, UpdateFilter } from "mongodb"

import type { MessageDocument } from "./commit-document.ts"
import { BY_POSITION, type Database, inChain } from "./database.ts"
import { isTaken } from "./errors.ts"
import type { Log } from "./log.ts"
import { nameKey } from "./name-key.ts"
import { SEGMENT, startOf } from "./segments.ts"
import type { StreamDocument, TypeDocument } from "./stored.ts"

/** What some messages amount to, by stream and by type. */
export interface Tally {
  readonly streams: ReadonlyMap<
    StreamId,
    { readonly messages: number; readonly version: Version; readonly last: Position }
  >
  readonly types: ReadonlyMap<string, { readonly messages: number; readonly commands: number }>
}

/** What is counted of a message. */
const COUNTED = {
  "messages.nth": 1,
  "messages.kind": 1,
  "messages.type": 1,
  "messages.stream": 1,
  "messages.version": 1,
} as const

export interface Counted {
  readonly position: Position
  readonly message: Pick<MessageDocument, "kind" | "type" | "stream" | "version">
}

export function tallyOf(entries: readonly Counted[]): Tally {
  const streams = new Map<StreamId, { messages: number; version: Version; last: Position }>()
  const types = new Map<string, { messages: number; commands: number }>()
  for (const { position, message } of entries) {
    const stream = streams.get(message.stream) ?? { messages: 0, version: 0, last: 0 }
    streams.set(message.stream, { messages: stream.messages + 1, version: message.version, last: position })
    const type = types.get(message.type) ?? { messages: 0, commands: 0 }
    const commands = type.commands + (message.kind === "command" ? 1 : 0)
    types.set(message.type, { messages: type.messages + 1, commands })
  }
  return { streams, types }
}

/** Segments counted in one go: the longer the stretch, the less often the same stream is written. */
const MOST_SEGMENTS = 100

/**
 * Counts the segments of the log that are full and not counted yet, and answers what lies behind them. Appends stay free of it: only whoever
 * asks for figures counts. Several may do it at once: the stretch is agreed upon first, so that each count of a stream names the same one and is made once.
 */
export async function count(log: Log, head: Position): Promise<Tally & { readonly counted: number }> {
  const { database } = log
  for (;;) {
    const found = await database.read(() =>
      database.logs.findOne({ _id: "log" }, { projection: { counted: 1, counting: 1 } }),
    )
    const counted = found?.counted ?? 0
    const upto = found?.counting ?? Math.min(Math.floor(head / SEGMENT), counted + MOST_SEGMENTS)
    if (upto <= counted) return { ...tallyOf(await readFacts(database, counted * SEGMENT, head)), counted }
    if (found?.counting === undefined) {
      await database.write(() =>
        database.logs.updateOne({ _id: "log", counted, counting: { $exists: false } }, { $set: { counting: upto } }),
      )
      // Somebody else may have begun with another stretch.
      continue
    }
    await storeTally(database, tallyOf(await readFacts(database, counted * SEGMENT, upto * SEGMENT)), upto)
    await database.write(() =>
      database.logs.updateOne(
        { _id: "log", counted, counting: upto },
        { $set: { counted: upto }, $unset: { counting: true } },
      ),
    )
  }
}

/** What is counted of the messages above `after` and up to `upto`, in order: nothing else of them is read. */
async function readFacts(database: Database, after: Position, upto: Position): Promise<readonly Counted[]> {
  if (upto <= after) return []
  const from = await startOf(database, after + 1)
  const commits = await database.read(() =>
    database.commits
      .find(inChain({ from, to: upto }), {
        sort: { _id: 1 },
        projection: COUNTED,
        batchSize: SEGMENT,
        hint: BY_POSITION,
      })
      .toArray(),
  )
  return commits.flatMap(({ _id: first, messages }) => {
    if (typeof first !== "number") return []
    return (messages ?? []).flatMap((message) => {
      const position = first + (message?.nth ?? 0)
      return message !== null && position > after && position <= upto ? [{ position, message }] : []
    })
  })
}

async function storeTally(database: Database, { streams, types }: Tally, segment: number): Promise<void> {
  await storeStreams(database, streams, segment)
  const ofTypes = [...types].map(([type, { messages, commands }]): AnyBulkWriteOperation<TypeDocument> => {
    const update: UpdateFilter<TypeDocument> = { $set: { type, segment }, $inc: { messages, commands } }
    return { updateOne: { filter: { _id: nameKey(type), segment: { $lt: segment } }, update, upsert: true } }
  })
  if (ofTypes.length > 0)
    await counting(() => database.write(() => database.types.bulkWrite(ofTypes, { ordered: false })))
}

/** New streams are inserted together, which costs a fraction of so many upserts. */
async function storeStreams(database: Database, streams: Tally["streams"], segment: number): Promise<void> {
  const there = await storedOf(database, [...streams.keys()])
  const fresh = [...streams].filter(([stream]) => !there.has(stream))
  const documents = fresh.map(([stream, facts]): StreamDocument => ({
    _id: nameKey(stream),
    stream,
    category: categoryOf(stream),
    segment,
    ...facts,
  }))
  const alone =
    documents.length === 0 ||
    (await counting(() => database.write(() => database.streams.insertMany(documents, { ordered: false }))))
  // Where somebody else has made some of them meanwhile, all are looked at again: those made here are of this stretch already.
  const others = alone ? [...streams].filter(([stream]) => there.has(stream)) : [...streams]
  const updates = others.map(([stream, { messages, version, last }]): AnyBulkWriteOperation<StreamDocument> => ({
    updateOne: {
      filter: { _id: nameKey(stream), segment: { $lt: segment } },
      update: { $set: { version, last, segment }, $inc: { messages } },
    },
  }))
  if (updates.length > 0) await database.write(() => database.streams.bulkWrite(updates, { ordered: false }))
}

/** Names looked up in one command. */
const NAMES = 10_000

async function storedOf(database: Database, streams: readonly StreamId[]): Promise<ReadonlySet<StreamId>> {
  const there = new Set<StreamId>()
  for (let at = 0; at < streams.length; at += NAMES) {
    const ids = streams.slice(at, at + NAMES).map(nameKey)
    const found = await database.read(() =>
      database.streams.find({ _id: { $in: ids } }, { projection: { stream: 1 } }).toArray(),
    )
    for (const { stream } of found) there.add(stream)
  }
  return there
}

/** False where something met an `_id` that somebody else has made. */
async function counting(store: () => Promise<unknown>): Promise<boolean> {
  try {
    await store()
    return true
  } catch (error) {
    if (!isTaken(error) && !(error instanceof Error && isTaken(error.cause))) throw error
    return false
  }
}

/** How many messages of a type the log holds. */
export async function countOfType(log: Log, type: string, head: Position): Promise<number> {
  const { database } = log
  const tail = await count(log, head)
  const row = await database.read(() => database.types.findOne({ _id: nameKey(type) }))
  return (row?.messages ?? 0) + (tail.types.get(type)?.messages ?? 0)
}
