import type { Instant, MessageId } from "../../../message/ids.ts"
import type { ScheduleInfo } from "../../operator.ts"
import { checkInstant, checkLimit } from "../../rules/check-arguments.ts"
import { indexOfSchedule, placeSchedule, takeSchedules } from "../insert-schedule.ts"
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
  return idsOf(log, takeSchedules(log, ids))
}

/** Moves schedules to another instant; among those of that instant they keep their number. */
export function reschedule(log: LogState, ids: readonly MessageId[], at: Instant): readonly MessageId[] {
  checkInstant("at", at)
  const taken = takeSchedules(log, ids)
  for (const { message, number } of taken) placeSchedule(log, { message, at, number })
  return idsOf(log, taken)
}

function idsOf(log: LogState, taken: readonly ScheduleInfo[]): readonly MessageId[] {
  if (taken.length > 0) log.news.schedule = true
  return taken.map(({ message }) => message.id)
}
