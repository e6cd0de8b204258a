import {
  checkLimit,
  checkRecords,
  type DumpPage,
  type DumpQuery,
  groupRecordOf,
  type LogRecord,
  MAX_RECORDS,
  pageOf,
  restoredGroup,
} from "@millrace/core/backend"

import { frozen, placeOf, storeMessage, streamOf } from "../append.ts"
import type { Log } from "../log.ts"

/** A page of what reads do not give, by name in code-unit order. */
export function dump(log: Log, { of, after = "", limit: asked }: DumpQuery): DumpPage {
  checkLimit("limit", asked)
  const limit = Math.min(asked, MAX_RECORDS)
  const left = namesOf(log, of).filter(({ name }) => name > after)
  left.sort((a, b) => (a.name < b.name ? -1 : 1))
  return pageOf(left, limit, { record: ({ record }) => record(), place: ({ name }) => name })
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
      return [...groups.values()].map((row) => ({ name: row.name, record: () => groupRecordOf(row, row.skips) }))
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
    case "group": {
      const group = restoredGroup(record, log.now())
      const partitions = group.partitions.map((at) => ({ ...at, repeats: new Map() }))
      return void log.put("groups", record.group, { ...group, skips: record.skips, partitions })
    }
  }
}
