import type { Lease } from "../backend/claim.ts"
import type { Crew } from "./crew.ts"

/** A lease that is lengthened by itself while its handlers run. */
export interface KeptLease {
  /** Aborted when the lease is lost, or when the worker has to stop. */
  readonly signal: AbortSignal
  /** The lease has ended otherwise: a settle told so, or there will be none. */
  lose(): void
  release(): void
}

/** Extends at a third of the lease, so that two failed tries do not lose it. */
const EXTENSIONS_PER_LEASE = 3

/** Keeps a lease until released. A failed extension is tried again at the next turn; a refused one aborts the handlers. */
export function keepLease(lease: Lease, crew: Crew, signal: AbortSignal): KeptLease {
  const held = new AbortController()
  const lose = (): void => held.abort(new Error("the lease has passed to another worker"))
  const stop = (): void => held.abort(signal.reason)
  if (signal.aborted) stop()
  else signal.addEventListener("abort", stop, { once: true })
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
          lose()
        }
        return
      }
    } catch (error) {
      crew.logger.warn({ err: error, lease }, "extending a lease failed and is tried again")
    }
    if (!released) again()
  }
  again()
  return {
    signal: held.signal,
    lose,
    release() {
      released = true
      signal.removeEventListener("abort", stop)
      cancel()
    },
  }
}
