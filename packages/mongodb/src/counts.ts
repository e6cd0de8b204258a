import { categoryOf, type Position, type StreamId, type Version } from "@millrace/core/backend"
import type { AnyBulkWriteOperation, UpdateFilter } from "mongodb"

import type { Database } from "./database.ts"
import { isTaken } from "./errors.ts"
import type { Log } from "./log.ts"
import { nameKey } from "./name-key.ts"
import { type LogEntry, readEntries, SEGMENT } from "./segments.ts"
import type { StreamDocument, TypeDocument } from "./stored.ts"

/** What some messages amount to, by stream and by type. */
export interface Tally {
  readonly streams: ReadonlyMap<
    StreamId,
    { readonly messages: number; readonly version: Version; readonly last: Position }
  >
  readonly types: ReadonlyMap<string, { readonly messages: number; readonly commands: number }>
}

export function tallyOf(entries: readonly LogEntry[]): Tally {
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

/**
 * Counts the segments of the log that are full and not counted yet, and answers what lies behind them. Appends stay free of it: only whoever
 * asks for figures counts. Several may do it at once, for each count names its segment and is made once.
 */
export async function count(log: Log, head: Position): Promise<Tally & { readonly counted: number }> {
  const { database } = log
  const found = await database.read(() => database.logs.findOne({ _id: "log" }, { projection: { counted: 1 } }))
  let counted = found?.counted ?? 0
  for (; (counted + 1) * SEGMENT <= head; counted += 1) {
    const entries = await readEntries(database, counted * SEGMENT, (counted + 1) * SEGMENT)
    await storeTally(database, tallyOf(entries), counted + 1)
    const upto = counted + 1
    await database.write(() =>
      database.logs.updateOne({ _id: "log", counted: { $lt: upto } }, { $set: { counted: upto } }),
    )
  }
  const tail = tallyOf(await readEntries(database, counted * SEGMENT, head))
  return { ...tail, counted }
}

async function storeTally(database: Database, { streams, types }: Tally, segment: number): Promise<void> {
  const ofStreams = [...streams].map(([stream, { messages, version, last }]): AnyBulkWriteOperation<StreamDocument> => {
    const update: UpdateFilter<StreamDocument> = {
      $set: { stream, category: categoryOf(stream), version, last, segment },
      $inc: { messages },
    }
    return { updateOne: { filter: { _id: nameKey(stream), segment: { $lt: segment } }, update, upsert: true } }
  })
  const ofTypes = [...types].map(([type, { messages, commands }]): AnyBulkWriteOperation<TypeDocument> => {
    const update: UpdateFilter<TypeDocument> = { $set: { type, segment }, $inc: { messages, commands } }
    return { updateOne: { filter: { _id: nameKey(type), segment: { $lt: segment } }, update, upsert: true } }
  })
  await counting(async () => {
    if (ofStreams.length > 0) await database.write(() => database.streams.bulkWrite(ofStreams, { ordered: false }))
  })
  await counting(async () => {
    if (ofTypes.length > 0) await database.write(() => database.types.bulkWrite(ofTypes, { ordered: false }))
  })
}

/** What somebody else has counted already meets its own `_id`. */
async function counting(store: () => Promise<unknown>): Promise<void> {
  try {
    await store()
  } catch (error) {
    if (!isTaken(error) && !(error instanceof Error && isTaken(error.cause))) throw error
  }
}

/** How many messages of a type the log holds. */
export async function countOfType(log: Log, type: string, head: Position): Promise<number> {
  const { database } = log
  const tail = await count(log, head)
  const row = await database.read(() => database.types.findOne({ _id: nameKey(type) }))
  return (row?.messages ?? 0) + (tail.types.get(type)?.messages ?? 0)
}
