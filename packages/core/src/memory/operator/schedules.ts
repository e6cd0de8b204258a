import type { ScheduleInfo } from "../../backend/operator.ts"
import { checkInstant, checkLimit } from "../../backend/rules/check-arguments.ts"
import type { Instant, MessageId } from "../../message/ids.ts"
import { indexOfSchedule, placeSchedule } from "../insert-schedule.ts"
import type { LogState } from "../log-state.ts"

/** Schedules that wait, in due order. */
export function schedules(
  log: LogState,
  { limit, after }: { readonly limit: number; readonly after?: ScheduleInfo },
): readonly ScheduleInfo[] {
  checkLimit("limit", limit)
  const begin = after === undefined ? 0 : indexOfSchedule(log, after)
  return log.schedules.slice(begin, begin + limit)
}

/** Takes schedules away; their ids may be used again. */
export function cancelSchedules(log: LogState, ids: readonly MessageId[]): readonly MessageId[] {
  const taken = takeSchedules(log, ids)
  for (const { message } of taken) log.scheduledIds.delete(message.id)
  return taken.map(({ message }) => message.id)
}

/** Moves schedules to another instant; among those of that instant they keep their number. */
export function reschedule(log: LogState, ids: readonly MessageId[], at: Instant): readonly MessageId[] {
  checkInstant("at", at)
  const taken = takeSchedules(log, ids)
  for (const { message, number } of taken) placeSchedule(log, { message, at, number })
  return taken.map(({ message }) => message.id)
}

function takeSchedules(log: LogState, ids: readonly MessageId[]): LogState["schedules"] {
  const named = new Set(ids)
  const taken = log.schedules.filter(({ message }) => named.has(message.id))
  if (taken.length === 0) return []
  log.schedules = log.schedules.filter(({ message }) => !named.has(message.id))
  log.news.schedule = true
  return taken
}
