import { checkRecords } from "../../backend/rules/check-records.ts"
import type { LoadedLane, LoadedPartition } from "../../backend/rules/loaded-group.ts"
import { restoredGroup } from "../../backend/rules/restored-group.ts"
import type { GroupRecord, LogRecord } from "../../backend/transfer.ts"
import type { GroupState, Lane, PartitionState } from "../group-state.ts"
import { placeSchedule } from "../insert-schedule.ts"
import { jsonCopy, jsonObjectCopy } from "../json-copy.ts"
import { headOf, type LogState, type StoredDocument } from "../log-state.ts"
import { storeMessage, streamOf } from "../store-append.ts"
import { storedCopy } from "../stored-copy.ts"

/** Stores records of another log as they were. */
export function restore(log: LogState, records: readonly LogRecord[]): void {
  checkRecords(records, {
    head: headOf(log),
    trimmedTo: log.trimmedTo,
    partitions: log.partitions,
    version: (streamId) => log.streams.get(streamId)?.version ?? 0,
    knows: (id) => log.byId.has(id),
  })
  for (const record of records) store(log, record)
  log.news.types.clear()
}

function store(log: LogState, record: LogRecord): void {
  switch (record.kind) {
    case "trimmed":
      log.trimmedTo = record.upto
      return
    case "stream": {
      const stream = streamOf(log, record.streamId)
      stream.version = record.version
      stream.trimmed = record.version
      stream.lastPosition = record.lastPosition
      return
    }
    case "gap":
      log.emptied += record.upto - headOf(log)
      while (headOf(log) < record.upto) log.entries.push(undefined)
      return
    case "message": {
      const { recordedAt } = record.message
      log.recorded = { at: Date.parse(recordedAt), text: recordedAt }
      storeMessage(log, record.message, recordedAt)
      return
    }
    case "key": {
      const { key, fingerprint, firstPosition, position, at } = record
      log.keys.set(key, { fingerprint, of: { firstPosition, position }, at })
      return
    }
    case "document": {
      const { collection, id, revision, value } = record
      const documents = log.documents.get(collection) ?? new Map<string, StoredDocument>()
      documents.set(id, { revision, value: jsonCopy(value) })
      log.documents.set(collection, documents)
      return
    }
    case "schedule":
      return storeSchedule(log, record)
    case "group":
      log.groups.set(record.group, groupState(record, log.clock.now()))
  }
}

function storeSchedule(log: LogState, { message, at, number }: Extract<LogRecord, { kind: "schedule" }>): void {
  if (log.scheduledIds.has(message.id))
    log.schedules = log.schedules.filter((waiting) => waiting.message.id !== message.id)
  const { payload, metadata } = message
  const copy = Object.freeze({ ...message, payload: jsonCopy(payload), metadata: jsonObjectCopy(metadata) })
  placeSchedule(log, { message: copy, at, number })
  log.scheduledIds.add(message.id)
  log.schedulesMade = Math.max(log.schedulesMade, number)
}

/** A group as it was. The messages that its lanes keep are copied as those of the log are. */
function groupState(record: GroupRecord, now: number): GroupState {
  const group = restoredGroup(record, now)
  return { ...group, skips: record.skips, partitions: group.partitions.map(partitionState) }
}

function partitionState(at: LoadedPartition): PartitionState {
  const lanes = [...at.lanes].map(([key, lane]): [string, Lane] => [key, withOwnCopy(lane)])
  return { ...at, lanes: new Map(lanes), repeats: new Map() }
}

function withOwnCopy({ kept, ...lane }: LoadedLane): Lane {
  return kept === undefined ? lane : { ...lane, kept: storedCopy(kept, { ...kept, version: kept.version }) }
}
