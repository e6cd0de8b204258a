import {
  categoryOf,
  checkInstant,
  checkLimit,
  checkPosition,
  type Instant,
  isClaimable,
  type LogStats,
  type MessageId,
  type Position,
  PROCESS_TTL_MS,
  type ProcessInfo,
  type ScheduleInfo,
  type StreamInfo,
  type StreamQuery,
  type TrimResult,
} from "@millrace/core/backend"

import type { Log } from "../log.ts"
import type { GroupRow, LaneRow, PartitionRow } from "../rows.ts"
import { fence } from "../settle.ts"
import { editPartitions, partitionsOf, wantedAbove, wantedOfLane } from "../waiting.ts"
import { noteSkips } from "./groups.ts"

export function stats(log: Log, name: string): LogStats {
  const { tables, row } = log
  const wanted = new Set([...tables.groups.values()].flatMap(({ types }) => types.map(({ type }) => type)))
  const unhandled = new Map<string, number>()
  for (const { kind, type } of tables.messages.values())
    if (kind === "command" && !wanted.has(type)) unhandled.set(type, (unhandled.get(type) ?? 0) + 1)
  return {
    name,
    messages: tables.messages.size,
    streams: tables.streams.size,
    head: row.head,
    trimmedTo: row.trimmedTo,
    schedules: tables.schedules.size,
    unhandled: [...unhandled].sort().map(([type, messages]) => ({ type, messages })),
  }
}

export function streams(log: Log, { by, category, limit, after = "" }: StreamQuery): readonly StreamInfo[] {
  checkLimit("limit", limit)
  return [...log.tables.streams.values()]
    .filter(({ streamId }) => category === undefined || categoryOf(streamId) === category)
    .filter(({ streamId }) => by === "recent" || after === "" || streamId > after)
    .sort((a, b) => (by === "recent" ? b.lastPosition - a.lastPosition : a.streamId < b.streamId ? -1 : 1))
    .slice(0, limit)
    .map(({ streamId, version, lastPosition }) => {
      return { streamId, version, messages: log.positions("stream", streamId).length, lastPosition }
    })
}

export function schedules(
  log: Log,
  { limit, after }: { readonly limit: number; readonly after?: ScheduleInfo },
): readonly ScheduleInfo[] {
  checkLimit("limit", limit)
  const isAfter = ({ at, number }: ScheduleInfo, one: ScheduleInfo): boolean =>
    at > one.at || (at === one.at && number > one.number)
  const left = after === undefined ? log.due() : log.due().filter((one) => isAfter(one, after))
  return left.slice(0, limit)
}

export function cancelSchedules(log: Log, ids: readonly MessageId[]): readonly MessageId[] {
  const waiting = waitingOf(log, ids)
  for (const id of waiting) log.drop("schedules", id)
  return waiting
}

export function reschedule(log: Log, ids: readonly MessageId[], at: Instant): readonly MessageId[] {
  checkInstant("at", at)
  const waiting = waitingOf(log, ids)
  for (const id of waiting) log.put("schedules", id, { ...log.edit("schedules", id), at })
  return waiting
}

function waitingOf(log: Log, ids: readonly MessageId[]): readonly MessageId[] {
  const waiting = log.due().flatMap(({ message: { id } }) => (ids.includes(id) ? [id] : []))
  if (waiting.length > 0) log.tell({ kind: "schedule" })
  return waiting
}

export function processes(log: Log): readonly ProcessInfo[] {
  const now = log.now()
  const partitions = [...log.tables.partitions.values()]
  const leases = partitions.flatMap((at) => [at, ...at.lanes]).map(({ lease }) => lease)
  return [...log.tables.processes]
    .map(([name, { bootId, host, pid, startedAt, seenAt }]): ProcessInfo => {
      const own = leases.filter((lease) => lease.owner?.bootId === bootId && !isClaimable(lease, now))
      const [processName, live] = [String(name), now - seenAt < PROCESS_TTL_MS]
      return { processName, bootId, host, pid, startedAt, seenAt, live, leases: own.length }
    })
    .sort((a, b) => Number(b.live) - Number(a.live) || (a.processName < b.processName ? -1 : 1))
}

export function trim(log: Log, upto: Position, { force = false }: { readonly force?: boolean } = {}): TrimResult {
  checkPosition("upto", upto)
  const asked = Math.min(upto, log.row.head)
  const bounds = [...log.tables.groups.values()].map((group) => ({ group, to: settledTo(log, group) }))
  const held = bounds.filter(({ to }) => to < asked)
  const target = force ? asked : Math.min(asked, ...held.map(({ to }) => to))
  if (force) for (const { group } of held) passOver(log, log.edit("groups", group.group), target)
  const removed = Math.max(target - log.row.trimmedTo, 0)
  if (removed > 0) dropMessages(log, target)
  const heldBackBy = force ? [] : held.map(({ group }) => group.group).sort()
  return { removed, trimmedTo: log.row.trimmedTo, heldBackBy }
}

/** How far a group has settled everything it wants. The message that a lane keeps itself needs no place in the log. */
function settledTo(log: Log, group: GroupRow): Position {
  const bounds = partitionsOf(log, group).flatMap((at) => {
    const [waiting] = wantedAbove(log, group, at, at.checkpoint)
    const ofLanes = at.lanes.map((lane) => (lane.kept === undefined ? lane.next : nextBehindKept(log, group, at, lane)))
    return [waiting?.position ?? Infinity, ...ofLanes]
  })
  return Math.min(...bounds) - 1
}

function nextBehindKept(log: Log, group: GroupRow, at: PartitionRow, lane: LaneRow): Position {
  for (const { position } of wantedOfLane(log, group, at, lane))
    if (position > (lane.kept?.position ?? 0)) return position
  return Infinity
}

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
function passOver(log: Log, group: GroupRow, target: Position): void {
  const lost: Position[] = []
  const isLost = ({ position }: { readonly position: Position }): boolean =>
    position <= target && !group.marks.includes(position)
  for (const at of editPartitions(log, group)) {
    for (const lane of at.lanes) {
      const [first, ...others] = [...wantedOfLane(log, group, at, lane)].filter(isLost)
      if (first === undefined) continue
      lane.kept = lane.kept ?? first
      fence(lane)
      // In key order most of what a lane can see is of other keys, which have settled it.
      if (group.order === "stream") lost.push(...others.map(({ position }) => position))
    }
    if (at.checkpoint >= target) continue
    for (const message of wantedAbove(log, group, at, at.checkpoint)) {
      if (message.position > target) break
      if (isLost(message)) lost.push(message.position)
    }
    at.checkpoint = target
    delete at.hold
    fence(at)
  }
  noteSkips(
    log,
    group,
    lost.sort((a, b) => a - b),
    "trimmed",
  )
}

function dropMessages(log: Log, upto: Position): void {
  const row = log.edit("log", "log")
  for (let position = row.trimmedTo + 1; position <= upto; position += 1) {
    const message = log.tables.messages.get(position)
    if (message?.version !== undefined) log.edit("streams", message.streamId).trimmed = message.version
    log.drop("messages", position)
  }
  for (const [key, { at }] of log.tables.keys) if (at <= upto) log.drop("keys", key)
  row.trimmedTo = upto
}
