import type { Clock } from "@millrace/core"

import type { Random } from "./random.ts"
import type { Actor, Timeline } from "./timeline.ts"

/** Microseconds of a millisecond. */
export const US = 1_000

/** The longest that a turn of the event loop keeps the next one waiting. */
const TURN_US = 200

/** One start of a simulated process: its clock, and whether it lives. */
export interface Boot extends Actor {
  /** The process's name and which start of it this is: `w1.2`. */
  readonly name: string
  readonly process: string
  readonly clock: Clock
  /** Ends it as SIGKILL does. */
  kill(): void
  /** Stops it as SIGSTOP does, for so many milliseconds. */
  pause(ms: number): void
  /** Lets it go on, as SIGCONT does. */
  resume(): void
  /** Sets its clock forward or back. Timers do not notice, as those of a machine do not. */
  jump(ms: number): void
  /** Resolves after so many milliseconds. */
  sleep(ms: number): Promise<void>
}

/** Starts a process in a world that began at `epoch` (milliseconds). */
export function createBoot(
  at: { readonly timeline: Timeline; readonly epoch: number; readonly random: Random },
  who: { readonly process: string; readonly start: number; readonly clockOffMs: number },
): Boot {
  const { timeline, epoch, random } = at
  let dead = false
  let stillUntil = 0
  let offMs = who.clockOffMs
  const boot: Boot = {
    name: `${who.process}.${who.start}`,
    process: who.process,
    get dead() {
      return dead
    },
    get stillUntil() {
      return stillUntil
    },
    clock: {
      now: () => epoch + Math.floor(timeline.now / US) + offMs,
      setTimer: (ms, run) => timeline.after(ms * US, run, boot),
      nextTurn: (run) => void timeline.after(random.below(TURN_US), run, boot),
    },
    kill() {
      dead = true
    },
    pause(ms) {
      stillUntil = Math.max(stillUntil, timeline.now + ms * US)
    },
    resume() {
      stillUntil = 0
    },
    jump(ms) {
      offMs += ms
    },
    sleep: (ms) => new Promise((resolve) => void timeline.after(ms * US, resolve, boot)),
  }
  return boot
}
