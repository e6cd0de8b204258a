import { Overloaded } from "./errors.ts"

/** How much may wait in this process, by what a caller meets who comes when it is full. */
export interface AdmissionLimits {
  readonly queuedAppends: number
  readonly queuedBytes: number
  readonly waitingAppends: number
  readonly waitingBytes: number
  readonly whenFull: "wait" | "refuse"
}

/** Counts the writes that wait in this process, and about how much memory they hold, so that neither grows without end. */
export interface Admission {
  /** Takes one more. Throws `Overloaded` where it does not fit; one that is too large by itself fits while nothing else waits. */
  enter(bytes: number): void
  leave(bytes: number): void
}

/**
 * `refuse`: no more fit than `queuedAppends` and `queuedBytes`. `wait`: callers who come later wait as well, up to `waitingAppends` and `waitingBytes`: those who
 * await are slowed to the storage's pace and never meet that, those who do not are told.
 */
export function createAdmission({ whenFull, ...limits }: AdmissionLimits): Admission {
  const most = whenFull === "refuse" ? limits.queuedAppends : limits.waitingAppends
  const mostBytes = whenFull === "refuse" ? limits.queuedBytes : limits.waitingBytes
  let waiting = 0
  let held = 0
  return {
    enter(bytes) {
      if (waiting >= most || (waiting > 0 && held + bytes > mostBytes)) throw new Overloaded(waiting, held)
      waiting += 1
      held += bytes
    },
    leave(bytes) {
      waiting -= 1
      held -= bytes
    },
  }
}
