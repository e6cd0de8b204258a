import {
  type Append,
  BackendError,
  checkRecords,
  FREE,
  type GroupRecord,
  type LaneRecord,
  type LogRecord,
  type StoredMessage,
  toSortable,
} from "@millrace/core/backend"

import { appendValues } from "../append-values.ts"
import { groupToChange, type LockedLog, underLock } from "../change-group.ts"
import { factsOf } from "../facts.ts"
import { groupOf, lockPartitions } from "../group-rows.ts"
import { type LaneRow, saveLanes } from "../lane-rows.ts"
import { numberList, textList } from "../list.ts"
import type { Log } from "../log.ts"
import { planAppends } from "../plan-appends.ts"
import { putReplays } from "../replay-rows.ts"
import { bool } from "../row.ts"
import { savePartitions } from "../save-partitions.ts"
import { append } from "../sql/append.ts"
import { deleteGroup } from "../sql/delete-group.ts"
import { insertGroupType } from "../sql/insert-group-type.ts"
import { insertGroup } from "../sql/insert-group.ts"
import { insertPartitions } from "../sql/insert-partitions.ts"
import { putDocument } from "../sql/put-document.ts"
import { putKey } from "../sql/put-key.ts"
import { putSchedule } from "../sql/put-schedule.ts"
import { putStreamEnd } from "../sql/put-stream-end.ts"
import { restoreGroup } from "../sql/restore-group.ts"
import { updateHead } from "../sql/update-head.ts"
import { updateTrimmed } from "../sql/update-trimmed.ts"

/** Stores records of another log as they were: in one transaction, under the log's lock. */
export async function restore(log: Log, records: readonly LogRecord[]): Promise<void> {
  await underLock(log, async (locked) => {
    const messages = records.flatMap((record) => (record.kind === "message" ? [record.message] : []))
    const facts = await factsOf(locked.on, messages.map(alone))
    checkRecords(records, {
      head: locked.head,
      trimmedTo: locked.trimmedTo,
      partitions: log.partitions,
      version: (streamId) => facts.versions.get(streamId) ?? 0,
      knows: (id) => facts.positions.has(id),
    })
    for (const run of runsOf(records)) {
      if (Array.isArray(run)) await storeMessages(log, locked, run)
      else await store(locked, run)
    }
  })
}

type Other = Exclude<LogRecord, { readonly kind: "message" }>

/** Records in order; messages that follow one another and were recorded at one instant together. */
function runsOf(records: readonly LogRecord[]): readonly (Other | StoredMessage[])[] {
  const runs: (Other | StoredMessage[])[] = []
  for (const record of records) {
    if (record.kind !== "message") {
      runs.push(record)
      continue
    }
    const last = runs.at(-1)
    if (Array.isArray(last) && last[0]?.recordedAt === record.message.recordedAt) last.push(record.message)
    else runs.push([record.message])
  }
  return runs
}

/** Messages recorded at one instant, through the door that all messages take: only the clock is theirs. */
async function storeMessages(log: Log, { on }: LockedLog, messages: readonly StoredMessage[]): Promise<void> {
  // What was accepted once is restored, whatever size is accepted now.
  const holds = { ...log.holds, maxMessageBytes: Number.MAX_SAFE_INTEGER }
  const plan = planAppends(messages.map(alone), holds)
  const [, ...values] = plan === undefined ? [] : appendValues(plan, log)
  const [row] = await on.rows(append, Date.parse(messages[0]?.recordedAt ?? ""), ...values)
  if (row === undefined || !bool(row[0]))
    throw new BackendError("corrupt", `${log.database.where}: messages could not be stored under the lock`)
}

function alone(message: StoredMessage): Append {
  return { streams: [{ streamId: message.streamId, expected: "any", messages: [message] }] }
}

async function store(locked: LockedLog, record: Other): Promise<void> {
  const { on } = locked
  switch (record.kind) {
    case "trimmed":
      await on.count(updateTrimmed, record.upto)
      return
    case "gap":
      await on.count(updateHead, record.upto)
      return
    case "stream":
      await on.count(putStreamEnd, toSortable(record.streamId), record.version, record.lastPosition)
      return
    case "key":
      await on.count(putKey, record.key, record.fingerprint, record.firstPosition, record.position, record.at)
      return
    case "document": {
      const { collection, id, revision, value } = record
      await on.count(putDocument, collection, toSortable(id), revision, JSON.stringify(value))
      return
    }
    case "schedule":
      await on.count(putSchedule, record.number, record.at, record.message.id, JSON.stringify(record.message))
      return
    case "group":
      return storeGroup(locked, record)
  }
}

/** A group as it was, without leases. Its types count as wanted now. */
async function storeGroup(locked: LockedLog, record: GroupRecord): Promise<void> {
  const { on, now } = locked
  const { order, start, maxLanes, stopped, epoch, reemit, dropped, skips, skipped, marks, partitions } = record
  const before = await groupToChange(locked, record.group)
  if (before !== undefined) {
    await lockPartitions(on, before)
    await on.count(deleteGroup, before.id)
  }
  const [row] = await on.rows(insertGroup, toSortable(record.group), order, start, maxLanes, now)
  const group = groupOf(row ?? [])
  await on.count(
    restoreGroup,
    group.id,
    stopped === undefined ? null : JSON.stringify(stopped),
    epoch,
    reemit,
    skipped,
    numberList(skips.map(({ position }) => position)),
    textList(skips.map(({ how }) => how)),
    numberList(skips.map(({ at }) => Math.floor(at))),
    numberList(marks),
  )
  for (const { type, since } of record.types) await on.count(insertGroupType, group.id, type, since, now)
  await on.count(insertPartitions, group.id, partitions.length, start, 0)
  const rows = partitions.flatMap((one, partition) => one.rows.map((replay) => ({ ...replay, partition })))
  const fresh = await lockPartitions(on, group)
  const restored = fresh.map((at) => {
    const { checkpoint = start, replay = at.replay, hold, lanes = [], rows: own = [] } = partitions[at.partition] ?? {}
    // A group's drops are counted per partition; which of them counted does not matter.
    const counted = at.partition === 0 ? dropped : 0
    return {
      ...at,
      checkpoint,
      replay,
      hold: hold ?? null,
      lanes: lanes.length,
      replays: own.length > 0,
      dropped: counted,
    }
  })
  await savePartitions(on, group.id, restored)
  await putReplays(on, group.id, rows)
  await saveLanes(
    on,
    group.id,
    partitions.flatMap(({ lanes }, partition) => lanes.map((lane) => laneRow(lane, partition))),
  )
}

function laneRow({ error, kept, ...lane }: LaneRecord, partition: number): LaneRow {
  const left = kept === undefined ? null : JSON.stringify(kept)
  return { ...lane, partition, token: null, lease: FREE, error: error ?? null, kept: left }
}
