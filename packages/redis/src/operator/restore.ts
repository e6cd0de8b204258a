import {
  BackendError,
  checkRecords,
  type GroupRecord,
  type LogRecord,
  partitionOf,
  type Position,
  restoredGroup,
  type StreamId,
  toSortable,
  type Version,
} from "@millrace/core/backend"

import { load } from "../change.ts"
import { keyPrefix, logKey, type Word } from "../connection.ts"
import { groupFields, heardFields, laneText, partitionFields, replayText } from "../group-fields.ts"
import type { GroupState } from "../group-state.ts"
import type { Log } from "../log.ts"
import { wordsOfMessage } from "../message-entry.ts"
import { int, list, text } from "../reply.ts"
import { dueWrite, groupKey, inPieces } from "../save-groups.ts"
import { scripts } from "../scripts.ts"

/** Stores records of another log as they were: judged here by what the log holds, all of them, and written by scripts that each find its head where the one before left it. */
export async function restore(log: Log, records: readonly LogRecord[]): Promise<void> {
  const { connection, settings } = log
  const [head = 0, trimmedTo = 0] = list(await connection.ask("HMGET", logKey(settings), "head", "trimmed")).map(
    (value) => int(value ?? 0),
  )
  const versions = await versionsOf(log, records)
  const ids = records.flatMap((record) => (record.kind === "message" ? [record.message.id] : []))
  const places = ids.length === 0 ? [] : list(await connection.ask("HMGET", `${keyPrefix(settings)}ids`, ...ids))
  const known = new Set(ids.filter((_, at) => places[at] !== null))
  checkRecords(records, {
    head,
    trimmedTo,
    partitions: log.partitions,
    version: (streamId) => versions.get(streamId) ?? 0,
    knows: (id) => known.has(id),
  })
  let at = head
  for (const { words, to } of await piecesOf(log, records, head)) {
    const [kind] = list(await log.run(scripts.restore, [at, ...words]))
    if (kind !== "done")
      throw new BackendError(
        "unavailable",
        `${connection.where}: somebody writes to this log meanwhile: stop them first`,
      )
    at = to
  }
}

/** The most one script restores, in messages or as much work: some 6 ms of the server. */
const SCRIPT_RECORDS = 150

/** Words of a command that are as much work as a message. */
const WORDS_OF_A_RECORD = 30

/** What one script restores, and where the log ends afterwards. */
interface Piece {
  readonly words: readonly Word[]
  readonly to: Position
}

/** Everything in the order of the records, in pieces that keep the server free for others. */
async function piecesOf(log: Log, records: readonly LogRecord[], head: Position): Promise<readonly Piece[]> {
  const pieces: Piece[] = []
  let words: Word[] = []
  let size = 0
  let to = head
  for (const record of records) {
    for (const step of await stepsOf(log, record)) {
      const adds = Math.ceil(step.length / WORDS_OF_A_RECORD)
      if (size > 0 && size + adds > SCRIPT_RECORDS) {
        pieces.push({ words, to })
        words = []
        size = 0
      }
      words.push(...step)
      size += adds
    }
    if (record.kind === "message") to = record.message.position
    if (record.kind === "trimmed" || record.kind === "gap") to = record.upto
  }
  return [...pieces, { words, to }]
}

async function versionsOf(log: Log, records: readonly LogRecord[]): Promise<ReadonlyMap<StreamId, Version>> {
  const { connection, settings } = log
  const streams = new Set(records.flatMap((record) => (record.kind === "message" ? [record.message.streamId] : [])))
  const stored: StreamId[] = []
  for (const streamId of streams) {
    const score = await connection.ask("ZSCORE", `${keyPrefix(settings)}streams`, toSortable(streamId))
    if (score !== null) stored.push(streamId)
  }
  if (stored.length === 0) return new Map()
  const infos = list(await log.run(scripts.streamInfos, stored.map(toSortable)))
  return new Map(stored.map((streamId, at) => [streamId, int(list(infos[at])[0])]))
}

/** What the script is told of a record: one step, but for a group, whose steps end with the one that makes it known. */
async function stepsOf(log: Log, record: LogRecord): Promise<readonly (readonly Word[])[]> {
  return record.kind === "group" ? groupSteps(log, record) : [wordsOf(log, record)]
}

function wordsOf(log: Log, record: Exclude<LogRecord, GroupRecord>): readonly Word[] {
  switch (record.kind) {
    case "trimmed":
      return ["t", record.upto]
    case "gap":
      return ["g", record.upto]
    case "stream":
      return ["s", toSortable(record.streamId), record.version, record.lastPosition]
    case "message": {
      const { message } = record
      return ["m", Date.parse(message.recordedAt), ...placeOf(log, message.streamId), ...wordsOfMessage(message)]
    }
    case "key":
      return ["k", record.key, `${record.firstPosition}:${record.position}:${record.at}:${record.fingerprint}`]
    case "document":
      return ["d", record.collection, toSortable(record.id), record.revision, JSON.stringify(record.value)]
    case "schedule": {
      const { message, at, number } = record
      return ["c", at, number, ...placeOf(log, message.streamId), ...wordsOfMessage(message)]
    }
  }
}

function placeOf({ partitions }: Log, streamId: StreamId): readonly Word[] {
  return [toSortable(streamId), partitionOf(streamId, partitions)]
}

/** The commands that make a group as it was, in place of one of its name: that goes, and this one gets the name, when all else is there. */
async function groupSteps(log: Log, record: GroupRecord): Promise<readonly (readonly Word[])[]> {
  const { connection, settings } = log
  const before = (await load(log, { names: [record.group] })).read.groups[0]
  const id = text(String(await connection.tell("HINCRBY", logKey(settings), "groups", 1)))
  const now = int((await load(log, { names: [record.group], partition: "none" })).read.now)
  const group = groupState(record, id, now)
  const natives = Array.from({ length: log.partitions }, (_, partition): readonly Word[] => {
    const { checkpoint = 0 } = group.partitions[group.order === "stream" ? partition : 0] ?? {}
    return ["n", group.name, partition, checkpoint]
  })
  const change = [...(before === undefined ? [] : removal(before)), ["HSET", "groups", group.name, group.id]]
  return [...creation(group, record).map(stepOf), [...change.flatMap(stepOf), ...natives.flat()]]
}

function stepOf(write: readonly Word[]): readonly Word[] {
  return ["w", write.length, ...write]
}

function removal(group: GroupState): readonly (readonly Word[])[] {
  const key = groupKey(group)
  const parts = ["", ":heard", ":skips", ":marks", ":due", ":ready", ":held"]
  const each = group.partitions.flatMap(({ partition }) => ["p", "l", "r"].map((part) => `:${part}${partition}`))
  return [...parts, ...each].map((part) => ["UNLINK", `${key}${part}`])
}

function creation(group: GroupState, { skips, marks, skipped, dropped }: GroupRecord): readonly (readonly Word[])[] {
  const key = groupKey(group)
  const lanes = group.partitions.reduce((sum, one) => sum + one.lanes.size, 0)
  const counts = ["partitions", group.partitions.length, "revision", 1, "lanes", lanes, "marks", marks.length]
  const writes: (readonly Word[])[] = [
    ["HSET", key, ...counts, "dropped", dropped, "skipped", skipped, ...Object.entries(groupFields(group)).flat()],
  ]
  const put = (command: string, at: string, words: readonly Word[]): void => {
    for (const some of inPieces(words)) writes.push([command, at, ...some])
  }
  put("HSET", `${key}:heard`, Object.entries(heardFields(group)).flat())
  put(
    "RPUSH",
    `${key}:skips`,
    skips.map((skip) => JSON.stringify(skip)),
  )
  put(
    "ZADD",
    `${key}:marks`,
    marks.flatMap((mark) => [mark, mark]),
  )
  for (const at of group.partitions) {
    const { partition } = at
    put("HSET", `${key}:p${partition}`, ["revision", 1, ...Object.entries(partitionFields(at)).flat()])
    put(
      "HSET",
      `${key}:l${partition}`,
      [...at.lanes.values()].flatMap((lane) => [toSortable(lane.key), laneText(lane)]),
    )
    put(
      "HSET",
      `${key}:r${partition}`,
      [...at.rows].flatMap(([name, replay]) => [name, replayText(replay)]),
    )
    for (const lane of at.lanes.values()) writes.push(dueWrite(key, partition, lane))
  }
  return writes
}

function groupState(record: GroupRecord, id: string, now: number): GroupState {
  const group = restoredGroup(record, now)
  return {
    ...group,
    id,
    openLanes: 0,
    wayMs: 0,
    added: { dropped: 0, skipped: 0, skips: [] },
    marks: new Set(group.marks),
    partitions: group.partitions.map((at) => ({ ...at, settles: 0, repeats: [] })),
  }
}
