import {
  categoryOf,
  checkInstant,
  checkLimit,
  type Instant,
  type LogStats,
  type MessageId,
  type ScheduleInfo,
  type StreamInfo,
  type StreamQuery,
  TRIMMED_CATEGORIES,
  trimmedCategory,
} from "@millrace/core/backend"

import type { Log } from "../log.ts"

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
    unhandled: [...unhandled]
      .map(([type, messages]) => ({ type, messages }))
      .sort((a, b) => (a.type < b.type ? -1 : 1)),
    trimmed: [...tables.documents.values()]
      .filter(({ collection }) => collection === TRIMMED_CATEGORIES)
      .map(({ id, value }) => trimmedCategory(id, value))
      .sort((a, b) => (a.category < b.category ? -1 : 1)),
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
