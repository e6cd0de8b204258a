import type { Clock } from "./clock.ts"

/** Calls back in a later turn of the event loop: the clock's, or the platform's where the clock gives none. */
export function nextTurn(clock: Pick<Clock, "nextTurn">, run: () => void): void {
  if (clock.nextTurn === undefined) setImmediate(run)
  else clock.nextTurn(run)
}
