import type { Instant, MessageId } from "../../message/ids.ts"
import type { Message } from "../../message/message.ts"
import type { ScheduleInfo } from "../operator.ts"
import { jsonCopy, jsonObjectCopy } from "./json-copy.ts"
import type { LogState } from "./log-state.ts"

/** Makes a schedule, behind those of the same instant. */
export function insertSchedule(log: LogState, message: Message, at: Instant): void {
  log.schedulesMade += 1
  placeSchedule(log, { message: copyOf(message), at, number: log.schedulesMade })
  log.news.schedule = true
}

/** A message that waits, as nobody can change it. */
export function copyOf(message: Message): Message {
  const { payload, metadata } = message
  return Object.freeze({ ...message, payload: jsonCopy(payload), metadata: jsonObjectCopy(metadata) })
}

/** Puts a schedule where it belongs in the order of (at, number). */
export function placeSchedule(log: LogState, schedule: ScheduleInfo): void {
  log.schedules.splice(indexOfSchedule(log, schedule), 0, schedule)
  log.scheduled.set(schedule.message.id, schedule)
  log.touched?.schedules.add(schedule.message.id)
}

/** Takes the schedules of these messages away. Answers them in due order. */
export function takeSchedules(log: LogState, ids: readonly MessageId[]): readonly ScheduleInfo[] {
  const named = new Set(ids.filter((id) => log.scheduled.has(id)))
  if (named.size === 0) return []
  const taken = log.schedules.filter(({ message }) => named.has(message.id))
  log.schedules = log.schedules.filter(({ message }) => !named.has(message.id))
  for (const { message } of taken) forgetSchedule(log, message.id)
  return taken
}

/** Takes the first schedules away. */
export function takeFirstSchedules(log: LogState, count: number): readonly ScheduleInfo[] {
  const taken = log.schedules.splice(0, count)
  for (const { message } of taken) forgetSchedule(log, message.id)
  return taken
}

function forgetSchedule(log: LogState, id: MessageId): void {
  log.scheduled.delete(id)
  log.touched?.schedules.add(id)
}

/** The index of the first schedule that comes after (at, number). */
export function indexOfSchedule(
  log: LogState,
  { at, number }: { readonly at: Instant; readonly number: number },
): number {
  let low = 0
  let high = log.schedules.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const one = log.schedules[middle]
    if (one !== undefined && (one.at < at || (one.at === at && one.number <= number))) low = middle + 1
    else high = middle
  }
  return low
}
