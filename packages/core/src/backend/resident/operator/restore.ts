import { checkRecords } from "../../rules/check-records.ts"
import { restoredGroup } from "../../rules/restored-group.ts"
import type { GroupRecord, LogRecord } from "../../transfer.ts"
import type { GroupState } from "../group-state.ts"
import { copyOf, placeSchedule, takeSchedules } from "../insert-schedule.ts"
import { headOf, leaveEmpty, type LogState } from "../log-state.ts"
import { ownLanes } from "../own-lanes.ts"
import { placeDocument, storeMessage, streamOf } from "../store-append.ts"
import { touchWholeGroup } from "../touched.ts"

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
      const { streamId, version, lastPosition } = record
      Object.assign(streamOf(log, streamId), { version, trimmed: version, lastPosition })
      log.touched?.streams.add(streamId)
      return
    }
    case "gap":
      return leaveEmpty(log, record.upto)
    case "message": {
      const { recordedAt } = record.message
      log.recorded = { at: Date.parse(recordedAt), text: recordedAt }
      storeMessage(log, record.message, recordedAt)
      return
    }
    case "key": {
      const { key, fingerprint, firstPosition, position, at } = record
      log.keys.set(key, { fingerprint, of: { firstPosition, position }, at })
      log.touched?.keys.add(key)
      return
    }
    case "document":
      return placeDocument(log, record)
    case "schedule":
      return restoreSchedule(log, record)
    case "group": {
      const group = groupState(record, log.clock.now())
      log.groups.set(record.group, group)
      touchWholeGroup(log, group)
    }
  }
}

function restoreSchedule(log: LogState, { message, at, number }: Extract<LogRecord, { kind: "schedule" }>): void {
  takeSchedules(log, [message.id])
  placeSchedule(log, { message: copyOf(message), at, number })
  log.schedulesMade = Math.max(log.schedulesMade, number)
}

/** A group as it was. The messages that its lanes keep are copied as those of the log are. */
function groupState(record: GroupRecord, now: number): GroupState {
  const group = restoredGroup(record, now)
  const partitions = group.partitions.map((at) => ({ ...at, lanes: ownLanes(at.lanes.values()), repeats: new Map() }))
  return { ...group, skips: record.skips, partitions }
}
