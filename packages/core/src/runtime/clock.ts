import type { Instant } from "../message/ids.ts"

/** Tells the time and wakes at it. The test kit gives one that stands still until it is told to move. */
export interface Clock {
  now(): Instant
  /** Calls back once after `ms` milliseconds (0 or more, of any length). The timer keeps no process alive by itself. Answers a function that cancels it. */
  setTimer(ms: number, run: () => void): () => void
  /**
   * For simulations: calls back in a later turn of the event loop. An app whose clock has it takes every one of its turns from here, and keeps no process
   * alive. Left out: the platform's turns.
   */
  nextTurn?(run: () => void): void
}

/** The longest span that one timer of the platform can hold; longer ones are chained. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(ms, run) {
    let timer: ReturnType<typeof setTimeout>
    const arm = (left: number): void => {
      timer = setTimeout(
        () => (left > LONGEST_TIMER_MS ? arm(left - LONGEST_TIMER_MS) : run()),
        Math.min(Math.max(left, 0), LONGEST_TIMER_MS),
      )
      timer.unref()
    }
    arm(ms)
    return () => clearTimeout(timer)
  },
}
