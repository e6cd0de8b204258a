import {
  BackendError,
  checkName,
  checkPosition,
  type GroupInfo,
  type GroupProgress,
  type Position,
  type StreamId,
} from "@millrace/core/backend"

import { fenceAll } from "../leases.ts"
import type { Log } from "../log.ts"
import type { GroupRow, PartitionRow } from "../rows.ts"
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
    group,
    order,
    status: stopped === undefined ? "active" : "stopped",
    ...(stopped && { stopped }),
    types: types.map(({ type, since }) => ({ type, since })).sort((a, b) => (a.type < b.type ? -1 : 1)),
    lag: waiting.reduce((sum, { lag }) => sum + lag, 0),
    ...(since.length === 0 ? {} : { waitingSince: Math.min(...since) }),
    oldestCheckpoint: Math.min(...checkpoints),
    newestCheckpoint: Math.max(...checkpoints),
    retrying: retries.length,
    parked: lanes.length - retries.length,
    ...(due.length === 0 ? {} : { retryAt: Math.min(...due) }),
    epoch,
    dropped,
    skips,
    skipped,
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
