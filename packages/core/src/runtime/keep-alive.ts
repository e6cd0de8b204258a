import type { Clock } from "./clock.ts"

/** How often a timer that only keeps the process alive fires. */
const KEEP_ALIVE_MS = 2 ** 30

/** Keeps the process alive while a piece of work that somebody awaits is under way: the runtime's own timers never do. */
export type KeepAlive = <T>(work: Promise<T>) => Promise<T>

/** Nothing keeps the process alive that a simulated app waits for: it has no timer of the platform, and may be given up at any moment. */
export function createKeepAlive(clock: Pick<Clock, "nextTurn">): KeepAlive {
  if (clock.nextTurn !== undefined) return (work) => work
  let alive: ReturnType<typeof setInterval> | undefined
  let running = 0
  return async (work) => {
    running += 1
    alive ??= setInterval(() => {}, KEEP_ALIVE_MS)
    try {
      return await work
    } finally {
      running -= 1
      if (running === 0) {
        clearInterval(alive)
        alive = undefined
      }
    }
  }
}
