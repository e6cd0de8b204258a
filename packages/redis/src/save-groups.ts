import { fromSortable, type Position, SKIPS_KEPT, toSortable } from "@millrace/core/backend"

import type { Work } from "./change.ts"
import type { Word } from "./connection.ts"
import {
  groupFields,
  heardFields,
  laneText,
  partitionFields,
  replayText,
  type StoredGroup,
  type StoredPartition,
} from "./group-fields.ts"
import type { GroupState, Lane, PartitionState } from "./group-state.ts"

/** Words of one command stay well below what Lua can hand on at once. */
const WORDS_AT_ONCE = 1_000

/** A move of a native group: to a position on a partition, over the whole log, or away. */
export type Move =
  | readonly ["at", group: string, partition: number, position: Position, hash: string]
  | readonly ["log", group: string, before: Position, after: Position]
  | readonly ["gone", group: string, partition: number]

interface Writes {
  readonly guards: (readonly [key: string, field: string, value: string])[]
  readonly writes: (readonly Word[])[]
  readonly moves: Move[]
}

/** The commands that bring what is stored to what the groups have become, and what must still be so for them to be right. */
export function writesOf(work: Work, stored: readonly StoredGroup[]): Writes {
  const all: Writes = { guards: [...work.guards], writes: [...work.writes], moves: [...work.moves] }
  for (const one of stored) groupWrites(one, all)
  return all
}

/** The key of a group without the log's prefix. */
export function groupKey({ id }: Pick<GroupState, "id">): string {
  return `g:${id}`
}

function groupWrites({ group, meta, heard, marks, partitions }: StoredGroup, all: Writes): void {
  const key = groupKey(group)
  const before = all.writes.length
  let lanes = 0
  for (const one of partitions) lanes += partitionWrites(group, one, all)
  const { dropped, skipped, skips } = group.added
  if (lanes !== 0) all.writes.push(["HINCRBY", key, "lanes", lanes])
  if (dropped !== 0) all.writes.push(["HINCRBY", key, "dropped", dropped])
  if (skipped !== 0) all.writes.push(["HINCRBY", key, "skipped", skipped])
  if (skips.length > 0) {
    for (const some of inPieces(skips.map((skip) => JSON.stringify(skip))))
      all.writes.push(["RPUSH", `${key}:skips`, ...some])
    all.writes.push(["LTRIM", `${key}:skips`, -SKIPS_KEPT, -1])
  }
  const changed = changedFields(groupFields(group), meta)
  const marked = [...group.marks].filter((mark) => !marks.has(mark))
  const unmarked = [...marks].filter((mark) => !group.marks.has(mark))
  for (const some of inPieces(marked))
    all.writes.push(["ZADD", `${key}:marks`, ...some.flatMap((mark) => [mark, mark])])
  for (const some of inPieces(unmarked)) all.writes.push(["ZREM", `${key}:marks`, ...some])
  if (marked.length + unmarked.length > 0) changed.push("marks", String(group.marks.size))
  if (changed.length > 0) all.writes.push(["HSET", key, ...changed], ["HINCRBY", key, "revision", 1])
  hashWrites(`${key}:heard`, heard, new Map(Object.entries(heardFields(group))), all)
  // A claim that found nothing to do notes so: it has to look again.
  if (all.writes.length > before) all.writes.push(["HDEL", key, "quiet"])
  if (all.writes.length > before) all.guards.push([key, "revision", meta.get("revision") ?? ""])
}

/** Answers how many lanes it has more than before. */
function partitionWrites(of: GroupState, { state, fields, lanes, rows }: StoredPartition, all: Writes): number {
  const group = groupKey(of)
  const key = `${group}:p${state.partition}`
  const before = all.writes.length
  const changed = changedFields(partitionFields(state), fields)
  const newLanes = new Map([...state.lanes.values()].map((lane) => [toSortable(lane.key), laneText(lane)]))
  const newRows = new Map([...state.rows].map(([name, replay]) => [name, replayText(replay)]))
  hashWrites(`${group}:l${state.partition}`, lanes, newLanes, all)
  hashWrites(`${group}:r${state.partition}`, rows, newRows, all)
  for (const [name, text] of newLanes) {
    const lane = state.lanes.get(fromSortable(name))
    if (lane !== undefined && lanes.get(name) !== text) all.writes.push(dueWrite(group, state.partition, lane))
  }
  for (const name of lanes.keys())
    if (!newLanes.has(name)) all.writes.push(["ZREM", `${group}:due`, `${state.partition}:${fromSortable(name)}`])
  if (changed.length > 0) all.writes.push(["HSET", key, ...changed])
  if (changed.includes("checkpoint") || changed.includes("token")) all.moves.push(moveTo(of, state, fields, key))
  if (all.writes.length > before) {
    // What claims have noted of it may be wrong by now: the next one looks.
    all.writes.push(["ZREM", `${group}:held`, state.partition], ["ZADD", `${group}:ready`, 0, state.partition])
    all.writes.push(["HINCRBY", key, "revision", 1])
    all.guards.push([key, "revision", fields.get("revision") ?? ""])
  }
  return newLanes.size - lanes.size
}

/** Where the native groups of a partition belong now. */
function moveTo(
  { name, order }: GroupState,
  { partition, checkpoint }: PartitionState,
  fields: ReadonlyMap<string, string>,
  key: string,
): Move {
  if (order === "stream") return ["at", name, partition, checkpoint, key]
  return ["log", name, Number(fields.get("checkpoint") ?? 0), checkpoint]
}

/** Due lanes are found by when they may be claimed. */
export function dueWrite(group: string, partition: number, { key, at, lease }: Lane): readonly Word[] {
  if (at.status === "parked") return ["ZREM", `${group}:due`, `${partition}:${key}`]
  return ["ZADD", `${group}:due`, Math.max(at.retryAt, lease.owner === null ? 0 : lease.until), `${partition}:${key}`]
}

function hashWrites(
  key: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  { writes }: Writes,
): void {
  const put = [...after].filter(([name, value]) => before.get(name) !== value).flat()
  const gone = [...before.keys()].filter((name) => !after.has(name))
  for (const some of inPieces(put)) writes.push(["HSET", key, ...some])
  for (const some of inPieces(gone)) writes.push(["HDEL", key, ...some])
}

function changedFields(after: Record<string, string>, before: ReadonlyMap<string, string>): string[] {
  return Object.entries(after)
    .filter(([name, value]) => (before.get(name) ?? "") !== value)
    .flat()
}

export function* inPieces<T extends Word>(words: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < words.length; at += WORDS_AT_ONCE) yield words.slice(at, at + WORDS_AT_ONCE)
}
