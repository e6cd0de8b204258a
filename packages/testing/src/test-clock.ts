import type { Clock } from "@millrace/core"

/** Turns of the event loop that `settle` waits: enough for a chain of promises and reads to come to rest. */
const SETTLE_TURNS = 20

/** A clock that stands still until it is told to move. Give it to `createApp` and to the backend. */
export interface TestClock extends Clock {
  /** Moves time forward, firing each timer at its own instant and in due order, and lets what it sets off settle before the next. */
  advance(ms: number): Promise<void>
  /** Moves time forward to an instant. Time never goes back: an earlier instant is refused. */
  advanceTo(instant: number | Date): Promise<void>
  /** Moves time forward at once, as a machine's does that has slept: what fell due meanwhile fires now, each timer once. */
  jump(ms: number): Promise<void>
  /** Lets promises that need no time come to rest. */
  settle(): Promise<void>
  /** When the next timer fires; `undefined` when none waits. */
  nextTimerAt(): number | undefined
}

interface Timer {
  readonly at: number
  readonly number: number
  readonly run: () => void
}

/** How long `settle` waits, by the machine's clock, for a storage that is busy: it may wait for the test itself. */
const BUSY_LIMIT_MS = 1_000

/** What a test clock waits for besides promises. */
export interface TestClockOptions {
  /** Whether calls are on their way to a storage on the network: they come to rest before time moves on. */
  readonly busy?: () => boolean
}

/** Starts at 2030-01-01T00:00:00Z unless told otherwise: an instant that no machine's clock shows by accident. */
export function testClock(
  start: number | Date = Date.UTC(2030, 0, 1),
  { busy = () => false }: TestClockOptions = {},
): TestClock {
  const timers = new Set<Timer>()
  let now = Number(start)
  let made = 0

  const next = (): Timer | undefined => {
    let found: Timer | undefined
    for (const timer of timers) {
      if (found === undefined || timer.at < found.at || (timer.at === found.at && timer.number < found.number))
        found = timer
    }
    return found
  }
  const settle = async (): Promise<void> => {
    let until = 0
    for (let turn = 0; turn < SETTLE_TURNS; turn += 1) {
      await new Promise<void>((resolve) => void setImmediate(resolve))
      if (!busy()) continue
      if (until === 0) until = performance.now() + BUSY_LIMIT_MS
      if (performance.now() < until) turn = -1
    }
  }
  const fire = (timer: Timer): void => {
    if (timers.delete(timer)) timer.run()
  }
  const forward = (instant: number | Date): number => {
    const target = Number(instant)
    if (!(target >= now)) throw new RangeError(`the test clock shows ${now} and never goes back: ${target} has passed`)
    return target
  }
  const jump = async (ms: number): Promise<void> => {
    now = forward(now + ms)
    const due = [...timers].filter((timer) => timer.at <= now).toSorted((a, b) => a.at - b.at || a.number - b.number)
    for (const timer of due) fire(timer)
    await settle()
  }
  const advanceTo = async (instant: number | Date): Promise<void> => {
    const target = forward(instant)
    await settle()
    for (let timer = next(); timer !== undefined && timer.at <= target; timer = next()) {
      now = Math.max(now, timer.at)
      fire(timer)
      await settle()
    }
    now = target
    await settle()
  }

  return {
    now: () => now,
    setTimer(ms, run) {
      const timer = { at: now + Math.max(ms, 0), number: (made += 1), run }
      timers.add(timer)
      // What takes no time needs nobody to move the clock.
      if (timer.at <= now) setImmediate(() => fire(timer))
      return () => void timers.delete(timer)
    },
    advance: (ms) => advanceTo(now + ms),
    advanceTo,
    jump,
    settle,
    nextTimerAt: () => next()?.at,
  }
}
