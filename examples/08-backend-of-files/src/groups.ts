import {
  type AddedType,
  checkLimit,
  checkName,
  type Ensured,
  FREE,
  type GroupSpec,
  type Instant,
  type Position,
  replayAfterTypeJoins,
  replayAfterTypeLeaves,
  replayFromStart,
  type ReplayState,
  resolveStart,
  type StartPoint,
  typesThatLeave,
} from "@millrace/core/backend"

import type { Log } from "./log.ts"
import type { GroupRow, PartitionRow } from "./rows.ts"
import { editPartitions } from "./waiting.ts"

export function ensureGroup(log: Log, spec: GroupSpec): Ensured {
  checkName("group", spec.group)
  checkLimit("maxLanes", spec.maxLanes)
  for (const type of spec.types) checkName("type", type)
  const found = log.tables.groups.get(spec.group)
  if (found !== undefined && found.order !== spec.order) return { kind: "order-differs", stored: found.order }
  const group = found === undefined ? createGroup(log, spec) : log.edit("groups", spec.group)
  const now = log.now()
  group.maxLanes = spec.maxLanes
  group.heardAt = now
  const added: AddedType[] = []
  for (const type of new Set(spec.types)) {
    const known = group.types.find((one) => one.type === type)
    if (known !== undefined) known.wantedAt = now
    else if (found === undefined) group.types.push({ type, since: 0, wantedAt: now })
    else added.push(addType(log, group, type))
  }
  pruneTypes(log, group)
  if (found === undefined || added.length > 0) log.tell({ kind: "work" })
  const missing = group.types.map(({ type }) => type).filter((type) => !spec.types.includes(type))
  return { kind: "ensured", created: found === undefined, added, missing }
}

function createGroup(log: Log, { group, order, start, maxLanes }: GroupSpec): GroupRow {
  const from = startOf(log, start)
  const row = log.edit("log", "log")
  row.groups += 1
  const partitions = order === "stream" ? row.partitions : 1
  for (let partition = 0; partition < partitions; partition += 1)
    putPartition(log, row.groups, { checkpoint: from, replay: replayFromStart(from), rows: [] }, partition)
  const facts = { epoch: 0, reemit: false, dropped: 0, skips: [], skipped: 0, marks: [], heardAt: 0 }
  return log.put("groups", group, { group, number: row.groups, order, start: from, maxLanes, types: [], ...facts })
}

/** A partition that nobody has leased. */
export function putPartition(
  log: Log,
  group: number,
  at: Pick<PartitionRow, "checkpoint" | "replay" | "rows"> & Partial<Pick<PartitionRow, "hold" | "lanes">>,
  partition: number,
): void {
  const id = `${group}/${partition}`
  log.put("partitions", id, { lanes: [], ...at, id, partition, token: null, lease: FREE, leaseMs: 0, repeats: [] })
}

/** The checkpoint that a start point stands for. */
export function startOf(log: Log, start: StartPoint): Position {
  return resolveStart(start, { head: log.row.head, lastBefore: (date) => lastBefore(log, date) })
}

/** The last position recorded before an instant; what is trimmed counts as recorded before. */
function lastBefore(log: Log, date: Instant): Position {
  let [low, high] = [log.row.trimmedTo, log.row.head]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    // A trim of a category leaves places empty.
    let there = middle
    while (there < high && !log.tables.messages.has(there)) there += 1
    if (Date.parse(log.tables.messages.get(there)?.recordedAt ?? "") < date) low = there
    else high = middle - 1
  }
  return low
}

function addType(log: Log, group: GroupRow, type: string): AddedType {
  const since = log.row.head
  group.types.push({ type, since, wantedAt: log.now() })
  forEachReplay(log, group, (replay) => replayAfterTypeJoins(replay, { type, start: group.start, since }))
  return { type, since, passedOver: log.positions("type", type).length }
}

/** Changes every replay state of a group. `gotTo`: how far what it belongs to has got. */
function forEachReplay(log: Log, group: GroupRow, change: (replay: ReplayState, gotTo: Position) => ReplayState): void {
  for (const at of editPartitions(log, group)) {
    const gotTo = (key: string): Position => (at.lanes.find((lane) => lane.key === key)?.next ?? at.checkpoint + 1) - 1
    at.replay = change(at.replay, at.checkpoint)
    at.rows = at.rows.map(({ key, replay }) => ({ key, replay: change(replay, gotTo(key)) }))
    for (const lane of at.lanes) lane.replay = change(lane.replay, lane.next - 1)
  }
}

/** Lets the types leave that no live process wants. A stream with an open lane has not got as far as its partition: its row remembers that. */
export function pruneTypes(log: Log, group: GroupRow): void {
  for (const type of typesThatLeave(group.types, { groupHeardAt: group.heardAt, now: log.now() })) {
    const since = group.types.find((one) => one.type === type)?.since ?? 0
    group.types = group.types.filter((one) => one.type !== type)
    for (const at of editPartitions(log, group)) {
      const apart = at.lanes.filter(({ key, single }) => !single && !at.rows.some((row) => row.key === key))
      at.rows = [...at.rows, ...apart.map(({ key, replay }) => ({ key, replay }))]
    }
    forEachReplay(log, group, (replay, gotTo) => replayAfterTypeLeaves(replay, { type, since, gotTo }))
  }
}
