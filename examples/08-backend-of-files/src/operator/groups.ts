import {
  checkName,
  checkPosition,
  checkReset,
  fenceAll,
  type GroupInfo,
  groupInfoOf,
  groupNameTaken,
  type GroupProgress,
  type GroupReset,
  resetLoadedGroup,
  type Position,
  type StartPoint,
  startLoadedGroup,
  type StopReason,
  stopGroup as stopLoadedGroup,
  type StreamId,
} from "@millrace/core/backend"

import { startOf } from "../groups.ts"
import type { Log } from "../log.ts"
import type { GroupRow, PartitionRow } from "../rows.ts"
import { firstUnmarked, partitionAt, wantedAbove, wantedOfLane, wantedOfStream } from "../waiting.ts"
import { noteSkips } from "./skip.ts"

export function groups(log: Log, names?: readonly string[]): readonly GroupInfo[] {
  const found =
    names === undefined ? [...log.tables.groups.values()] : [...new Set(names)].map((name) => log.group(name))
  return found.sort((a, b) => (a.name < b.name ? -1 : 1)).map((group) => infoOf(log, group))
}

function infoOf(log: Log, group: GroupRow): GroupInfo {
  const waiting = group.partitions.map((at) => waitingIn(log, group, at))
  const since = waiting.flatMap(({ recorded }) => recorded)
  return groupInfoOf(group, {
    lag: waiting.reduce((sum, { lag }) => sum + lag, 0),
    waitingSince: since.length === 0 ? undefined : Math.min(...since),
    skips: group.skips,
  })
}

/** How many messages wait in a partition, and when the first of each line of them was recorded. In key order a lane counts as one. */
function waitingIn(log: Log, group: GroupRow, at: PartitionRow): { readonly lag: number; readonly recorded: number[] } {
  const recorded: number[] = []
  let lag = 0
  for (const lane of [undefined, ...at.lanes.values()]) {
    const all = lane === undefined ? wantedAbove(log, group, at, at.checkpoint) : wantedOfLane(log, group, at, lane)
    const apart = lane !== undefined && group.order !== "stream"
    const kept = apart
      ? (lane.kept ?? log.tables.messages.get(Math.max(lane.at.next, log.row.trimmedTo + 1)))
      : undefined
    const ahead = apart ? [] : [...all].filter(({ position }) => !group.marks.has(position))
    const first = kept ?? ahead[0]
    lag += apart ? 1 : ahead.length
    if (first !== undefined) recorded.push(Date.parse(first.recordedAt))
  }
  return { lag, recorded }
}

export function startGroup(log: Log, name: string): void {
  if (log.group(name).stopped === null) return
  startLoadedGroup(log.editGroup(name), log.now())
  log.tell({ kind: "work" })
}

export function stopGroup(log: Log, name: string, why: StopReason): void {
  stopLoadedGroup(log.editGroup(name), why, log.now())
}

export function resetGroup(log: Log, name: string, to: StartPoint, options: GroupReset = {}): void {
  const group = log.editGroup(name)
  checkReset(options, { name, wants: (type) => group.types.has(type) })
  const typeAt = (position: Position): string | undefined => log.tables.messages.get(position)?.type
  noteSkips(log, group, resetLoadedGroup(group, startOf(log, to), { ...options, typeAt }), "trimmed")
  log.tell({ kind: "work" })
}

export function renameGroup(log: Log, from: string, to: string): void {
  checkName("group", to)
  const group = log.editGroup(from)
  if (log.tables.groups.has(to)) throw groupNameTaken(to)
  log.drop("groups", from)
  group.name = to
  fenceAll(log.put("groups", to, group).partitions)
  log.tell({ kind: "work" })
}

export function progress(log: Log, streamId: StreamId, position: Position): readonly GroupProgress[] {
  checkPosition("position", position)
  const all = [...log.tables.groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return all.map((group) => ({ group: group.name, settled: isSettled(log, group, streamId, position) }))
}

function isSettled(log: Log, group: GroupRow, streamId: StreamId, position: Position): boolean {
  const at = partitionAt(log, group, streamId)
  const byStream = group.order === "stream"
  const lanes = [...at.lanes.values()].filter(
    (lane) => lane.at.next <= position && (!byStream || lane.key === streamId),
  )
  if (group.order === "key" && lanes.length > 0) return false
  const waits = (messages: ReturnType<typeof wantedAbove>): boolean =>
    (firstUnmarked(group, messages)?.position ?? Infinity) <= position
  const ahead = byStream
    ? wantedOfStream(log, group, streamId, at.checkpoint)
    : wantedAbove(log, group, at, at.checkpoint)
  return !waits(ahead) && !lanes.some((lane) => waits(wantedOfLane(log, group, at, lane)))
}
