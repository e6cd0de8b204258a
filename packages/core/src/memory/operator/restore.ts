import { checkRecords } from "../../backend/rules/check-records.ts"
import { FREE } from "../../backend/rules/lease-state.ts"
import type { GroupRecord, LaneRecord, LogRecord, PartitionRecord } from "../../backend/transfer.ts"
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

/** A group as it was, without leases. Its types count as wanted now. */
function groupState(record: GroupRecord, now: number): GroupState {
  const { group, order, start, stopped, maxLanes, reemit, epoch, dropped, skips, skipped } = record
  return {
    name: group,
    order,
    start,
    stopped: stopped ?? null,
    maxLanes,
    types: new Map(record.types.map(({ type, since }) => [type, { since, wantedAt: now }])),
    heardAt: now,
    reemit,
    epoch,
    dropped,
    skips: [...skips],
    skipped,
    marks: new Set(record.marks),
    partitions: record.partitions.map(partitionState),
  }
}

function partitionState({ checkpoint, replay, rows, hold, lanes }: PartitionRecord, partition: number): PartitionState {
  return {
    partition,
    checkpoint,
    replay,
    rows: new Map(rows.map(({ key, replay: state }) => [key, state])),
    token: null,
    lease: FREE,
    leaseMs: 0,
    hold: hold ?? null,
    lanes: new Map(lanes.map((lane) => [lane.key, laneState(lane)])),
    repeats: new Map(),
  }
}

function laneState({ key, single, replay, status, next, retryAt, failures, error, kept }: LaneRecord): Lane {
  return {
    key,
    single,
    replay,
    at: { status, next, retryAt, failures, error: error ?? null },
    token: null,
    lease: FREE,
    ...(kept === undefined ? {} : { kept: storedCopy(kept, { ...kept, version: kept.version }) }),
  }
}
