import type { Instant } from "../message/ids.ts"
import type { Message } from "../message/message.ts"
import { jsonCopy, jsonObjectCopy } from "./json-copy.ts"
import type { LogState, WaitingSchedule } from "./log-state.ts"

/** Makes a schedule, behind those of the same instant. */
export function insertSchedule(log: LogState, message: Message, at: Instant): void {
  log.schedulesMade += 1
  const copy = Object.freeze({
    ...message,
    payload: jsonCopy(message.payload),
    metadata: jsonObjectCopy(message.metadata),
  })
  placeSchedule(log, { message: copy, at, number: log.schedulesMade })
  log.scheduledIds.add(message.id)
  log.news.schedule = true
}

/** Puts a schedule where it belongs in the order of (at, number). */
export function placeSchedule(log: LogState, schedule: WaitingSchedule): void {
  log.schedules.splice(indexOfSchedule(log, schedule), 0, schedule)
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
