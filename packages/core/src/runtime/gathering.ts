import type { Clock } from "./clock.ts"
import type { Dispatcher } from "./dispatcher.ts"

/**
 * How long a claim for groups whose slices go on by themselves waits for company, where some before it brought several, the last one left nothing, and slices are still in
 * hand: what becomes news meanwhile is handed out together, goes on together, and so ends together. Longer than such slices lie apart: below that they stay in several
 * companies, each with claims, records and settles of its own. Where slices come one at a time none is waited for, and other groups do not wait with these.
 */
const GATHER_MS = 5

/** From this share of the last claims on, which brought several, the next one waits for company. */
export const COMPANY_FROM = 0.1

/** A wait of one worker, for what may be claimed with what it has news of. */
export interface Gathering {
  /** Resolves after the span, or when it is ended, or as soon as a group has news of which `mayWait` says no. */
  wait(): Promise<void>
  end(): void
}

export function createGathering(
  clock: Clock,
  dispatcher: Dispatcher,
  mayWait: (groups: readonly string[]) => boolean,
): Gathering {
  let endLast = (): void => {}
  return {
    wait: () =>
      new Promise((resolve) => {
        const end = (): void => {
          cancel()
          forget()
          resolve()
        }
        const cancel = clock.setTimer(GATHER_MS, end)
        const forget = dispatcher.watch(() => {
          if (!mayWait(dispatcher.may())) end()
        })
        endLast = end
      }),
    end: () => endLast(),
  }
}
