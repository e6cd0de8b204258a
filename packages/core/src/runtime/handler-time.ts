import type { HandlerTime } from "../reactor/handler-time.ts"
import type { Clock } from "./clock.ts"
import { nextTurn } from "./next-turn.ts"

/** What reactors get of a clock. A turn ends when the promises of this moment, and what they set off, have come to rest. */
export function handlerTime(clock: Clock, storageOffsetMs = (): number => 0): HandlerTime {
  let turn: Promise<void> | undefined
  return {
    now: () => clock.now(),
    storageNow: () => clock.now() + storageOffsetMs(),
    setTimer: (ms, run) => clock.setTimer(ms, run),
    // All who wait at a time go on together, so that what they ask for next comes together too.
    turn() {
      turn ??= new Promise((resolve) => {
        nextTurn(clock, () => {
          turn = undefined
          resolve()
        })
      })
      return turn
    },
  }
}
