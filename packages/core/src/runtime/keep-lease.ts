import type { Lease } from "../backend/claim.ts"
import type { Crew } from "./crew.ts"

/** A lease that is lengthened by itself while its handlers run. */
export interface KeptLease {
  /** Aborted when the lease has passed to somebody else, or when `signal` was. */
  readonly signal: AbortSignal
  release(): void
}

/** Extends at a third of the lease, so that two failed tries do not lose it. */
const EXTENSIONS_PER_LEASE = 3

/** Keeps a lease until released. A failed extension is tried again at the next turn; a refused one aborts the handlers. */
export function keepLease(lease: Lease, crew: Crew, signal: AbortSignal): KeptLease {
  const lost = new AbortController()
  const everyMs = crew.limits.leaseMs / EXTENSIONS_PER_LEASE
  let cancel = (): void => {}
  let released = false
  const again = (): void => {
    cancel = crew.clock.setTimer(everyMs, () => void extend())
  }
  const extend = async (): Promise<void> => {
    try {
      if (!(await crew.backend.extend(lease, crew.limits.leaseMs))) {
        if (!released) {
          crew.logger.warn(
            { lease },
            "a lease passed to another worker while its handlers ran: what they produce is not stored here",
          )
          lost.abort(new Error("the lease has passed to another worker"))
        }
        return
      }
    } catch (error) {
      crew.logger.warn({ error, lease }, "extending a lease failed and is tried again")
    }
    if (!released) again()
  }
  again()
  return {
    signal: AbortSignal.any([lost.signal, signal]),
    release() {
      released = true
      cancel()
    },
  }
}
