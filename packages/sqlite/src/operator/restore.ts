import {
  checkRecords,
  FREE,
  type GroupRecord,
  type LaneRecord,
  type LogRecord,
  type StoredMessage,
  toSortable,
} from "@millrace/core/backend"

import { type AppendRoom, knownIds, learnStreams, streamOf } from "../append.ts"
import { findGroup, groupNamed, replayValue, savePartition } from "../group-model.ts"
import { saveLane } from "../lane-row.ts"
import { insertMessageRow, messageColumns } from "../message-row.ts"
import { int } from "../row.ts"
import { addDropped } from "../sql/add-dropped.ts"
import { addSkipped } from "../sql/add-skipped.ts"
import { deleteGroupRows } from "../sql/delete-group-rows.ts"
import { insertGroup } from "../sql/insert-group.ts"
import { insertMark } from "../sql/insert-mark.ts"
import { insertPartition } from "../sql/insert-partition.ts"
import { insertSkip } from "../sql/insert-skip.ts"
import { putDocument } from "../sql/put-document.ts"
import { putGroupType } from "../sql/put-group-type.ts"
import { putKey } from "../sql/put-key.ts"
import { putReplay } from "../sql/put-replay.ts"
import { putSchedule } from "../sql/put-schedule.ts"
import { putStreamEnd } from "../sql/put-stream-end.ts"
import { setReemit } from "../sql/set-reemit.ts"
import { updateGroupStatus } from "../sql/update-group-status.ts"
import type { Writing } from "../transaction.ts"

/** Stores records of another log as they were. */
export function restore(writing: Writing, records: readonly LogRecord[], room: AppendRoom): void {
  const messages = records.flatMap((record) => (record.kind === "message" ? [record.message] : []))
  const streams = messages.map((message) => ({
    streamId: message.streamId,
    expected: "any" as const,
    messages: [message],
  }))
  const known = knownIds(writing, [{ streams }])
  learnStreams(writing, [{ streams }], room)
  checkRecords(records, {
    head: writing.log.head,
    trimmedTo: writing.log.trimmedTo,
    partitions: room.partitions(),
    version: (streamId) => room.memo.streams.get(streamId)?.version ?? 0,
    knows: (id) => known.has(id),
  })
  for (const record of records) store(writing, record, room)
}

function store(writing: Writing, record: LogRecord, room: AppendRoom): void {
  const { db, log } = writing
  switch (record.kind) {
    case "trimmed":
      log.head = record.upto
      log.trimmedTo = record.upto
      room.memo.heads.forget()
      return
    case "gap":
      log.head = record.upto
      return
    case "stream":
      db.run(putStreamEnd, toSortable(record.streamId), record.version, record.lastPosition)
      room.memo.streams.delete(record.streamId)
      return learnStreams(writing, [{ streams: [{ streamId: record.streamId, expected: "any", messages: [] }] }], room)
    case "message":
      return storeMessage(writing, record.message, room)
    case "key": {
      const { key, fingerprint, firstPosition, position, at } = record
      db.run(putKey, key, fingerprint, firstPosition, position, at)
      return
    }
    case "document": {
      const { collection, id, revision, value } = record
      db.run(putDocument, collection, toSortable(id), revision, JSON.stringify(value))
      return
    }
    case "schedule": {
      const { message, at, number } = record
      db.run(putSchedule, number, at, message.id, JSON.stringify(message))
      log.schedule = Math.max(log.schedule, number)
      return
    }
    case "group":
      return storeGroup(writing, record, room)
  }
}

function storeMessage(writing: Writing, message: StoredMessage, room: AppendRoom): void {
  const { db, log } = writing
  const stream = streamOf(writing, message.streamId, room)
  const type = room.memo.types.idOf(db, message.type)
  const { position } = message
  if (message.kind === "event") stream.version += 1
  log.head = position
  log.recordedAt = Date.parse(message.recordedAt)
  insertMessageRow(db, messageColumns(message), { position, type, stream, recordedAt: log.recordedAt })
  room.memo.heads.raise(type, stream.partition, position)
}

/** A group as it was, without leases. Its types count as wanted now. */
function storeGroup(writing: Writing, record: GroupRecord, { memo }: AppendRoom): void {
  const { db, log, now } = writing
  const { group: name, order, start, maxLanes, stopped, epoch, reemit, dropped, skipped } = record
  const before = findGroup(db, memo, name)
  if (before !== undefined) for (const sql of deleteGroupRows) db.run(sql, before.id)
  const id = int(db.get(insertGroup, name, order, start, maxLanes, now)?.[0])
  if (stopped !== undefined) db.run(updateGroupStatus, id, "stopped", JSON.stringify(stopped))
  db.run(setReemit, id, reemit ? 1 : 0, epoch)
  db.run(addDropped, id, dropped)
  db.run(addSkipped, id, skipped)
  for (const { type, since } of record.types) db.run(putGroupType, id, memo.types.idOf(db, type), since, now)
  for (const { position, how, at } of record.skips) db.run(insertSkip, id, position, how, at)
  for (const position of record.marks) db.run(insertMark, id, position)
  for (const [partition, { checkpoint, replay }] of record.partitions.entries())
    db.run(insertPartition, id, partition, checkpoint, replayValue(replay))
  memo.groups.delete(name)
  const group = groupNamed(db, memo, name)
  for (const partition of group.partitions) {
    const { hold, lanes = [], rows = [] } = record.partitions[partition.partition] ?? {}
    partition.hold = hold ?? null
    partition.lanes = lanes.length
    savePartition(db, group, partition)
    for (const { key, replay } of rows) db.run(putReplay, id, toSortable(key), partition.partition, replayValue(replay))
    for (const lane of lanes) saveLane(db, group, laneRow(lane, partition.partition))
  }
  memo.groups.delete(name)
  log.groupSeq += 1
  log.workSeq += 1
}

function laneRow({ error, kept, ...lane }: LaneRecord, partition: number): Parameters<typeof saveLane>[2] {
  const left = kept === undefined ? null : JSON.stringify(kept)
  return { ...lane, partition, token: 0, lease: FREE, error: error ?? null, kept: left }
}
