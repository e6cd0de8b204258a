import { BackendError, type BackendErrorCode } from "../backend/errors.ts"
import type { Settled, Settlement } from "../backend/settle.ts"
import type { Crew } from "./crew.ts"
import type { Job } from "./job.ts"

/** The shortest and longest pause between two tries of a settle. */
const TRY_MIN_MS = 20
const TRY_MAX_MS = 2_000

/** What passes: until then the work that is done is kept, and offered again. */
const PASSING: ReadonlySet<string> = new Set<BackendErrorCode>(["outcome-unknown", "unavailable", "full"])

/** Settles what became of these jobs, before the eyes of the instrumentation where there is one. Throws as `tryToSettle` does. */
export function settleSurely(settlement: Settlement, crew: Crew, jobs: readonly Job[]): Promise<Settled> {
  const { instrumentation } = crew
  if (instrumentation === undefined || !instrumentation.heard()) return tryToSettle(settlement, crew)
  const handled = jobs.map((job) => job.access.observer).filter((observer) => observer !== undefined)
  return instrumentation.settle({ group: settlement.lease.group, settlement, handled }, () =>
    tryToSettle(settlement, crew),
  )
}

/**
 * Settles; while the outcome is unknown, or the storage is away or full, repeats the same settlement, which the backend recognises by its lease.
 * Throws the last error when the tries are used up: the lease then ends by itself and the slice is handed out again.
 */
async function tryToSettle(settlement: Settlement, crew: Crew): Promise<Settled> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await crew.backend.settle(settlement)
    } catch (error) {
      const passing = error instanceof BackendError && PASSING.has(error.code)
      if (!passing || tried >= crew.limits.writeTries) throw error
      crew.logger.warn({ err: error, tried }, "a settle failed and is repeated")
      await crew.pause(Math.min(TRY_MAX_MS, TRY_MIN_MS * 2 ** tried))
    }
  }
}
