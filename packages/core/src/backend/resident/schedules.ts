import { checkLimit } from "../rules/check-arguments.ts"
import type { Promotion } from "../schedule.ts"
import { indexOfSchedule, takeFirstSchedules } from "./insert-schedule.ts"
import type { LogState } from "./log-state.ts"
import { storeMessage } from "./store-append.ts"

/** Appends what is due, in order of (due, number). */
export function promote(log: LogState, limit: number): Promotion {
  checkLimit("limit", limit)
  const now = log.clock.now()
  const due = indexOfSchedule(log, { at: now, number: Number.POSITIVE_INFINITY })
  const promoted = takeFirstSchedules(log, Math.min(due, limit))
  for (const { message } of promoted) storeMessage(log, message)
  return {
    promoted: promoted.length,
    now,
    nextDue: log.schedules[0]?.at ?? null,
    types: [...new Set(promoted.map(({ message }) => message.type))],
  }
}
