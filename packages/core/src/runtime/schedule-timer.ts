import type { Backend } from "../backend/backend.ts"
import type { Logger } from "../reactor/logger.ts"
import type { Clock } from "./clock.ts"
import { supervise } from "./supervise.ts"

/** Promotes schedules when they fall due: by an exact timer, woken by every schedule made or moved. */
export interface ScheduleTimer {
  /** A schedule may be earlier than the one waited for: look again. */
  lookAgain(): void
  stop(): Promise<void>
}

/** How long a process waits when no schedule is known; another process's schedule wakes it before. */
const NO_SCHEDULE_MS = 30_000

/** The shortest wait after a look that promoted nothing: never a busy loop. */
const OVERDUE_MS = 1

export function createScheduleTimer(
  backend: Backend,
  parts: {
    readonly clock: Clock
    readonly logger: Logger
    readonly promoteAtOnce: number
    readonly onPromoted: (types: readonly string[]) => void
    readonly onStorageTime: (now: number) => void
  },
): ScheduleTimer {
  const loop = supervise(
    "the schedule timer",
    async () => {
      const { promoted, nextDue, now, types } = await backend.promote(parts.promoteAtOnce)
      parts.onStorageTime(now)
      if (promoted > 0) parts.onPromoted(types)
      if (nextDue === null) return NO_SCHEDULE_MS
      return Math.max(nextDue - now, promoted > 0 ? 0 : OVERDUE_MS)
    },
    parts,
  )
  return { lookAgain: () => loop.wake(), stop: () => loop.stop() }
}
