import {
  checkLimit,
  checkRecords,
  type DumpPage,
  type DumpQuery,
  FREE,
  type GroupRecord,
  type LogRecord,
  MAX_RECORDS,
} from "@millrace/core/backend"

import { frozen, placeOf, storeMessage, streamOf } from "../append.ts"
import { putPartition } from "../groups.ts"
import type { Log } from "../log.ts"
import type { GroupRow } from "../rows.ts"
import { partitionsOf } from "../waiting.ts"

/** A page of what reads do not give, by name in code-unit order. */
export function dump(log: Log, { of, after = "", limit }: DumpQuery): DumpPage {
  checkLimit("limit", limit)
  const left = namesOf(log, of).filter(({ name }) => name > after)
  const page = left.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, Math.min(limit, MAX_RECORDS))
  const next = page.at(-1)?.name
  const records = page.map(({ record }) => record())
  return { records, ...(page.length < left.length && next !== undefined ? { next } : {}) }
}

interface Named {
  readonly name: string
  readonly record: () => LogRecord
}

function namesOf(log: Log, of: DumpQuery["of"]): Named[] {
  const { keys, documents, groups } = log.tables
  switch (of) {
    case "streams":
      return trimmedStreams(log)
    case "keys":
      return [...keys.values()].map((row) => ({ name: row.key, record: () => row }))
    case "documents":
      // No name holds the character between collection and id.
      return [...documents.values()].map((row) => {
        return { name: `${row.collection}\0${row.id}`, record: () => ({ kind: "document", ...row }) }
      })
    case "groups":
      return [...groups.values()].map((row) => ({ name: row.group, record: () => groupRecord(log, row) }))
  }
}

/** The streams of which retention has taken something that their messages do not tell. */
function trimmedStreams(log: Log): Named[] {
  return [...log.tables.streams.values()].flatMap(({ streamId, trimmed, lastPosition: last }) => {
    const isLeft = log.positions("stream", streamId).length > 0
    if (trimmed === 0 && isLeft) return []
    const lastPosition = isLeft ? Math.min(last, log.row.trimmedTo) : last
    return [{ name: streamId, record: () => ({ kind: "stream", streamId, version: trimmed, lastPosition }) }]
  })
}

function groupRecord(log: Log, row: GroupRow): GroupRecord {
  const { number: _, heardAt: __, types, ...facts } = row
  return {
    kind: "group",
    ...facts,
    types: types.map(({ type, since }) => ({ type, since })).sort((a, b) => (a.type < b.type ? -1 : 1)),
    partitions: partitionsOf(log, row).map(({ checkpoint, replay, rows, hold, lanes }) => ({
      checkpoint,
      replay,
      rows: [...rows].sort((a, b) => (a.key < b.key ? -1 : 1)),
      ...(hold && { hold }),
      lanes: lanes.map(({ token: ___, lease: ____, error, ...lane }) => ({
        ...lane,
        ...(error === null ? {} : { error }),
      })),
    })),
  }
}

/** Stores records of another log as they were. */
export function restore(log: Log, records: readonly LogRecord[]): void {
  const { head, trimmedTo, partitions } = log.row
  checkRecords(records, {
    head,
    trimmedTo,
    partitions,
    version: (streamId) => log.tables.streams.get(streamId)?.version ?? 0,
    knows: (id) => log.positions("id", id).length > 0,
  })
  for (const record of records) store(log, record)
  log.wakes.clear()
}

function store(log: Log, record: LogRecord): void {
  const row = log.edit("log", "log")
  switch (record.kind) {
    case "trimmed":
      row.head = record.upto
      row.trimmedTo = record.upto
      return
    case "gap":
      row.head = record.upto
      return
    case "stream":
      Object.assign(streamOf(log, record.streamId), {
        version: record.version,
        trimmed: record.version,
        lastPosition: record.lastPosition,
      })
      return
    case "message":
      return storeMessage(log, record.message, record.message.recordedAt)
    case "key":
      return void log.put("keys", record.key, record)
    case "document": {
      const { kind: _, ...document } = frozen(record)
      return void log.put("documents", placeOf(record.collection, record.id), document)
    }
    case "schedule": {
      const { kind: _, ...schedule } = frozen(record)
      row.schedules = Math.max(row.schedules, schedule.number)
      return void log.put("schedules", schedule.message.id, schedule)
    }
    case "group":
      return storeGroup(log, record)
  }
}

/** A group as it was, without leases. Its types count as wanted now. */
function storeGroup(log: Log, { types, partitions, ...facts }: GroupRecord): void {
  const replaced = log.tables.groups.get(facts.group)
  for (const { id } of replaced === undefined ? [] : partitionsOf(log, replaced)) log.drop("partitions", id)
  const row = log.edit("log", "log")
  row.groups += 1
  const now = log.now()
  const wanted = types.map((type) => ({ ...type, wantedAt: now }))
  log.put("groups", facts.group, { ...facts, number: row.groups, types: wanted, heardAt: now })
  partitions.forEach((at, partition) => {
    const lanes = at.lanes.map((lane) => ({ ...lane, error: lane.error ?? null, token: null, lease: FREE }))
    putPartition(log, row.groups, { ...at, lanes }, partition)
  })
}
