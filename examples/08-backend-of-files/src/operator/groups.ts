import {
  BackendError,
  checkName,
  checkPosition,
  FREE,
  type GroupInfo,
  type GroupProgress,
  type Operator,
  planReset,
  type Position,
  sinceAfterReset,
  type SkipInfo,
  SKIPS_KEPT,
  type StartPoint,
  type StreamId,
} from "@millrace/core/backend"

import { startOf } from "../groups.ts"
import type { Log } from "../log.ts"
import type { GroupRow, LaneRow, PartitionRow } from "../rows.ts"
import { fence, fenceAll } from "../settle.ts"
import {
  editPartitions,
  firstUnmarked,
  groupOf,
  partitionAt,
  partitionsOf,
  wantedAbove,
  wantedOfLane,
  wantedOfStream,
} from "../waiting.ts"
import { laneAt, passLane } from "./lanes.ts"

export function groups(log: Log, names?: readonly string[]): readonly GroupInfo[] {
  const found =
    names === undefined ? [...log.tables.groups.values()] : [...new Set(names)].map((name) => groupOf(log, name))
  return found.sort((a, b) => (a.group < b.group ? -1 : 1)).map((group) => infoOf(log, group))
}

function infoOf(log: Log, row: GroupRow): GroupInfo {
  const { group, order, stopped, types, epoch, dropped, skips, skipped } = row
  const partitions = partitionsOf(log, row)
  const checkpoints = partitions.map(({ checkpoint }) => checkpoint)
  const lanes = partitions.flatMap((at) => at.lanes)
  const retries = lanes.flatMap(({ status, retryAt }) => (status === "retrying" ? [retryAt] : []))
  const due = [...retries, ...partitions.flatMap(({ hold }) => hold?.retryAt ?? [])]
  const waiting = partitions.map((at) => waitingIn(log, row, at))
  const since = waiting.flatMap(({ recorded }) => recorded)
  return {
    ...{ group, order, status: stopped === undefined ? "active" : "stopped", ...(stopped && { stopped }) },
    types: types.map(({ type, since }) => ({ type, since })).sort((a, b) => (a.type < b.type ? -1 : 1)),
    lag: waiting.reduce((sum, { lag }) => sum + lag, 0),
    ...(since.length === 0 ? {} : { waitingSince: Math.min(...since) }),
    ...{ oldestCheckpoint: Math.min(...checkpoints), newestCheckpoint: Math.max(...checkpoints) },
    ...{ retrying: retries.length, parked: lanes.length - retries.length },
    ...(due.length === 0 ? {} : { retryAt: Math.min(...due) }),
    ...{ epoch, dropped, skips, skipped },
  }
}

/** How many messages wait in a partition, and when the first of each line of them was recorded. In key order a lane counts as one. */
function waitingIn(log: Log, group: GroupRow, at: PartitionRow): { readonly lag: number; readonly recorded: number[] } {
  const recorded: number[] = []
  let lag = 0
  for (const lane of [undefined, ...at.lanes]) {
    const all = lane === undefined ? wantedAbove(log, group, at, at.checkpoint) : wantedOfLane(log, group, at, lane)
    const apart = lane !== undefined && group.order !== "stream"
    const kept = apart ? (lane.kept ?? log.tables.messages.get(Math.max(lane.next, log.row.trimmedTo + 1))) : undefined
    const ahead = apart ? [] : [...all].filter(({ position }) => !group.marks.includes(position))
    const first = kept ?? ahead[0]
    lag += apart ? 1 : ahead.length
    if (first !== undefined) recorded.push(Date.parse(first.recordedAt))
  }
  return { lag, recorded }
}

export function startGroup(log: Log, name: string): void {
  if (groupOf(log, name).stopped === undefined) return
  const group = log.edit("groups", name)
  const now = log.now()
  delete group.stopped
  for (const at of editPartitions(log, group)) {
    if (at.hold !== undefined) at.hold = { ...at.hold, retryAt: Math.min(at.hold.retryAt, now) }
    for (const lane of at.lanes) if (lane.status === "retrying") lane.retryAt = Math.min(lane.retryAt, now)
  }
  log.tell({ kind: "work" })
}

export function resetGroup(
  log: Log,
  name: string,
  to: StartPoint,
  { types = [], reemit = false }: Parameters<Operator["resetGroup"]>[2] = {},
): void {
  const wanted = new Set(groupOf(log, name).types.map(({ type }) => type))
  const unwanted = types.find((type) => !wanted.has(type))
  if (unwanted !== undefined)
    throw new BackendError("invalid", `group "${name}" does not want ${unwanted}: run a reactor that handles it first`)
  const point = startOf(log, to)
  const group = log.edit("groups", name)
  fenceAll(log, group)
  for (const at of editPartitions(log, group)) resetPartition(log, group, at, point)
  for (const one of group.types) if (types.includes(one.type)) one.since = sinceAfterReset(one.since, point)
  group.marks = group.marks.filter((mark) => mark <= point)
  group.reemit = reemit
  group.epoch += reemit ? 1 : 0
  log.tell({ kind: "work" })
}

function resetPartition(log: Log, group: GroupRow, at: PartitionRow, point: Position): void {
  const lanes = at.lanes.map((lane) => {
    const type = (lane.kept ?? log.tables.messages.get(lane.next))?.type
    return { ...lane, ...(type === undefined ? {} : { type }) }
  })
  const plan = planReset({ ...at, lanes }, point, (type) => group.types.find((one) => one.type === type)?.since)
  if (plan === undefined) return
  // What a forced trim had left to a lane alone is in the log no more: the partition can not hand it out again.
  const lost = at.lanes.filter(({ key }) => plan.dissolve.includes(key)).flatMap(({ kept }) => kept?.position ?? [])
  if (lost.length > 0) noteSkips(log, group, lost, "trimmed")
  at.lanes = at.lanes.filter(({ key }) => !plan.dissolve.includes(key))
  Object.assign(at, { checkpoint: plan.checkpoint, replay: plan.replay, rows: plan.rows, lease: FREE })
  delete at.hold
}

export function skip(log: Log, name: string, position: Position): void {
  const found = groupOf(log, name)
  const message = log.tables.messages.get(position)
  const id = message && partitionAt(log, found, message.streamId)?.id
  if (message === undefined || id === undefined)
    throw new BackendError("not-found", `there is no message at position ${position}: look at the log`)
  if (found.marks.includes(position)) return
  const [group, at] = [log.edit("groups", name), log.edit("partitions", id)]
  const ahead = position > at.checkpoint
  const lane = ahead ? undefined : laneFor(group, at, message.streamId, position)
  if (!ahead && lane === undefined)
    throw new BackendError("invalid", `group "${name}" has settled position ${position}: reset it to handle it again`)
  // What holds a group in log order is its first waiting message.
  const [first] = wantedAbove(log, group, at, at.checkpoint)
  if (ahead && first?.position === position) delete at.hold
  noteSkips(log, group, [position], "skipped")
  group.marks = [...group.marks, position].sort((a, b) => a - b)
  log.tell({ kind: "work" })
  if (lane?.next === position) passLane(log, at, lane, position)
  else fence(lane ?? at)
}

/** The lane that hands a message out. In key order only one that waits at the very position is known to. */
function laneFor(group: GroupRow, at: PartitionRow, streamId: StreamId, position: Position): LaneRow | undefined {
  if (group.order !== "stream") return at.lanes.find(({ next }) => next === position)
  return at.lanes.find(({ key, next }) => key === streamId && next <= position)
}

/** Passes over the message at which a lane waits. */
export function discardLane(log: Log, name: string, key: string): void {
  const group = log.edit("groups", groupOf(log, name).group)
  const { at, lane } = laneAt(log, group, key)
  const [first] = group.order === "stream" ? wantedOfLane(log, group, at, lane) : []
  const waits = lane.kept?.position ?? (group.order === "stream" ? first?.position : lane.next)
  if (waits !== undefined) noteSkips(log, group, [waits], "discarded")
  passLane(log, at, lane, waits ?? at.checkpoint)
}

/** Lists messages that a group will not be handed. */
export function noteSkips(log: Log, group: GroupRow, positions: readonly Position[], how: SkipInfo["how"]): void {
  const listed = positions.map((position) => ({ position, how, at: log.now() }))
  group.skipped += positions.length
  group.skips = [...group.skips, ...listed].slice(-SKIPS_KEPT)
}

export function renameGroup(log: Log, from: string, to: string): void {
  checkName("group", to)
  const group = groupOf(log, from)
  if (log.tables.groups.has(to)) throw new BackendError("invalid", `there is a group "${to}": choose another name`)
  log.drop("groups", from)
  fenceAll(log, log.put("groups", to, { ...group, group: to }))
  log.tell({ kind: "work" })
}

export function deleteGroup(log: Log, name: string): void {
  for (const { id } of partitionsOf(log, groupOf(log, name))) log.drop("partitions", id)
  log.drop("groups", name)
}

export function progress(log: Log, streamId: StreamId, position: Position): readonly GroupProgress[] {
  checkPosition("position", position)
  const all = [...log.tables.groups.values()].sort((a, b) => (a.group < b.group ? -1 : 1))
  return all.map((group) => ({ group: group.group, settled: isSettled(log, group, streamId, position) }))
}

function isSettled(log: Log, group: GroupRow, streamId: StreamId, position: Position): boolean {
  const at = partitionAt(log, group, streamId)
  if (at === undefined) return true
  const byStream = group.order === "stream"
  const lanes = at.lanes.filter(({ key, next }) => next <= position && (!byStream || key === streamId))
  if (group.order === "key" && lanes.length > 0) return false
  const waits = (messages: ReturnType<typeof wantedAbove>): boolean =>
    (firstUnmarked(group, messages)?.position ?? Infinity) <= position
  const ahead = byStream
    ? wantedOfStream(log, group, streamId, at.checkpoint)
    : wantedAbove(log, group, at, at.checkpoint)
  return !waits(ahead) && !lanes.some((lane) => waits(wantedOfLane(log, group, at, lane)))
}
