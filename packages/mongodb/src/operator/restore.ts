import { randomUUID } from "node:crypto"

import {
  categoryOf,
  checkRecords,
  BackendError,
  type GroupRecord,
  type KeyRecord,
  type LogRecord,
  restoredGroup,
  type ScheduleInfo,
  type StoredMessage,
  type StreamId,
  type StreamRecord,
  type Version,
} from "@millrace/core/backend"

import { type CommitDocument, documentOf } from "../commit-document.ts"
import { openSheet } from "../commit-sheet.ts"
import type { Database } from "../database.ts"
import { documentId } from "../document-id.ts"
import { noFacts } from "../entry.ts"
import { isTaken } from "../errors.ts"
import { groupDocument } from "../group-document.ts"
import { idKey, onceKey, versionKey } from "../keys.ts"
import type { Log } from "../log.ts"
import { lookUp, lookUpVersions } from "../look-up.ts"
import { PULSE } from "../migrate.ts"
import { nameKey } from "../name-key.ts"
import { newGroup } from "../new-group.ts"
import { boundsOf } from "../read.ts"
import { SEGMENT } from "../segments.ts"

/** The most characters of payloads that one commit gathers. */
const MOST_CHARACTERS = 4 * 1024 * 1024

/**
 * Stores records of another log as they were. All of them are judged before the first is written; each is written so that it may be written again, for an
 * outage may leave only the first of them.
 */
export async function restore(log: Log, records: readonly LogRecord[]): Promise<void> {
  const messages = records.flatMap((record) => (record.kind === "message" ? [record.message] : []))
  const bounds = await boundsOf(log)
  const versions = await lookUpVersions(log.database, [...new Set(messages.map(({ streamId }) => streamId))])
  const known = await lookUp(log.database, { ids: messages.map(({ id }) => id), once: [], ends: [] })
  checkRecords(records, {
    ...bounds,
    partitions: log.partitions,
    version: (streamId) => versions.get(streamId) ?? 0,
    knows: (id) => known.ids.has(id),
  })
  const reached = new Map(versions)
  for (const run of runsOf(records)) {
    if (Array.isArray(run)) await storeMessages(log, run, reached)
    else await store(log, run, reached)
  }
}

type Other = Exclude<LogRecord, { readonly kind: "message" }>

/** Records in order; messages that follow one another and were recorded at one instant together: a commit has one. */
function runsOf(records: readonly LogRecord[]): readonly (Other | StoredMessage[])[] {
  const runs: (Other | StoredMessage[])[] = []
  let characters = 0
  for (const record of records) {
    if (record.kind !== "message") {
      runs.push(record)
      continue
    }
    const last = runs.at(-1)
    characters += JSON.stringify(record.message.payload).length
    const together = Array.isArray(last) && last[0]?.recordedAt === record.message.recordedAt
    if (together && characters < MOST_CHARACTERS) last.push(record.message)
    else {
      runs.push([record.message])
      characters = 0
    }
  }
  return runs
}

async function storeMessages(
  log: Log,
  messages: readonly StoredMessage[],
  reached: Map<StreamId, Version>,
): Promise<void> {
  const { database, chain } = log
  const facts = noFacts()
  for (const { streamId } of messages) facts.versions.set(streamId, reached.get(streamId) ?? 0)
  const sheet = openSheet(chain, facts)
  for (const message of messages) {
    const streams = [{ streamId: message.streamId, expected: "any", messages: [message] }] as const
    sheet.add({ streams }, [], [])
    if (message.version !== undefined) reached.set(message.streamId, message.version)
  }
  const at = Date.parse(messages[0]?.recordedAt ?? "")
  const commit = sheet.commit({ at, by: randomUUID(), settles: [] })
  if (commit === undefined) return
  await database.write(() => database.commits.insertOne(commit))
  chain.add(commit)
}

async function store(log: Log, record: Other, reached: Map<StreamId, Version>): Promise<void> {
  const { database } = log
  switch (record.kind) {
    case "trimmed":
      return beginAbove(log, record.upto)
    case "gap":
      return leaveGap(log, record.upto)
    case "stream":
      reached.set(record.streamId, record.version)
      return storeEnd(log, record)
    case "key":
      return storeKey(log, record)
    case "document": {
      const { collection, id, revision, value } = record
      const set = { id, revision, value: JSON.stringify(value) }
      await database.write(() =>
        database.documents.updateOne(
          { _id: documentId(collection, id) },
          { $set: set, $max: { write: 1 } },
          { upsert: true },
        ),
      )
      return
    }
    case "schedule":
      return storeSchedule(log, record)
    case "group":
      return storeGroup(log, record)
  }
}

/** The chain goes on behind a commit whose one message is gone, as a trim leaves it. */
async function beginAbove({ database, chain, segments }: Log, upto: number): Promise<void> {
  if (upto === 0) return
  await insertOnce(database, { _id: upto, n: 1, at: 0, by: randomUUID(), keys: [`z:${upto}`] })
  const counted = Math.floor(upto / SEGMENT)
  await database.write(() => database.logs.updateOne({ _id: "log" }, { $set: { counted } }))
  await database.write(() => database.commits.updateOne({ _id: PULSE }, { $max: { "pulse.trimmedTo": upto } }))
  chain.forget()
  segments.forget()
  await chain.refresh()
}

/** Positions that hold nothing are one commit without messages, as a trim leaves it. */
async function leaveGap(log: Log, upto: number): Promise<void> {
  const { database, chain } = log
  // Streams may begin at a later version, as after a trim of a category.
  await database.write(() => database.logs.updateOne({ _id: "log" }, { $max: { thinnings: 1 } }))
  await database.write(() => database.commits.updateOne({ _id: PULSE }, { $max: { "pulse.thinned": 1 } }))
  log.thinnedTo(1)
  const _id = chain.head + 1
  const gap = { _id, n: upto - chain.head, at: chain.at, by: randomUUID(), keys: [`z:${_id}`] }
  await database.write(() => database.commits.insertOne(gap))
  chain.add(gap)
}

/** The key of a stream's first version outlives it: whoever takes the stream for new meets it. */
async function storeEnd({ database }: Log, { streamId, version, lastPosition }: StreamRecord): Promise<void> {
  const facts = { stream: streamId, category: categoryOf(streamId), version, last: lastPosition }
  await database.write(() =>
    database.streams.updateOne(
      { _id: nameKey(streamId) },
      { $set: facts, $setOnInsert: { messages: 0, segment: 0 } },
      { upsert: true },
    ),
  )
  if (version > 0) await insertOnce(database, beside([versionKey(streamId, 1)], {}))
}

async function storeKey(
  { database }: Log,
  { key, fingerprint, firstPosition, position, at }: KeyRecord,
): Promise<void> {
  const uses = [{ key, fingerprint, first: firstPosition, last: position }]
  await insertOnce(database, beside([onceKey(key)], { uses, head: at }))
}

async function storeSchedule({ database }: Log, { message, at, number }: ScheduleInfo): Promise<void> {
  const { id } = message
  await insertOnce(database, beside([idKey(id)], { scheduled: [{ id, number }] }))
  const row = { id, at, moves: 0, message: documentOf(message, 0, 0), waits: 1 } as const
  await database.write(() => database.schedules.updateOne({ _id: number }, { $set: row }, { upsert: true }))
  await database.write(() => database.logs.updateOne({ _id: "log" }, { $max: { schedules: number } }))
}

/** A commit outside the chain: it holds no message. */
function beside(keys: readonly string[], facts: Pick<CommitDocument, "uses" | "head" | "scheduled">): CommitDocument {
  const by = randomUUID()
  return { _id: by, at: 0, by, keys, ...facts }
}

/** What is there already was restored before. */
async function insertOnce(database: Database, commit: CommitDocument): Promise<void> {
  try {
    await database.write(() => database.commits.insertOne(commit))
  } catch (error) {
    if (!isTaken(error instanceof BackendError ? error.cause : error)) throw error
  }
}

/** A group as it was, without leases. Its types count as wanted now. */
async function storeGroup(log: Log, record: GroupRecord): Promise<void> {
  const { database } = log
  const now = await log.clock.now()
  const { trimmedTo } = await boundsOf(log)
  const group = await newGroup(log, restoredGroup(record, now), { trimmedTo, skips: record.skips })
  await database.write(() => database.groups.deleteOne({ name: record.group }))
  log.groups.drop(record.group)
  await database.write(() => database.groups.insertOne(groupDocument(group, group.id)))
}
