import type { HandlerTime } from "../reactor/handler-time.ts"
import type { Clock } from "./clock.ts"
import { nextTurn } from "./next-turn.ts"

/** What reactors get of a clock. A turn ends when the promises of this moment, and what they set off, have come to rest. */
export function handlerTime(clock: Clock, storageOffsetMs = (): number => 0): HandlerTime {
  return {
    now: () => clock.now(),
    storageNow: () => clock.now() + storageOffsetMs(),
    setTimer: (ms, run) => clock.setTimer(ms, run),
    turn: () => new Promise((resolve) => nextTurn(clock, resolve)),
  }
}
