import { AsyncLocalStorage } from "node:async_hooks"

import { CalledInsideSettle } from "./errors.ts"

const inside = new AsyncLocalStorage<true>()

/** Runs user's work that is part of a settle, so that store calls made in it are known. */
export function runInsideSettle<T>(work: () => T): T {
  return inside.run(true, work)
}

/** Throws `CalledInsideSettle` when called from user's work of a settle. */
export function refuseInsideSettle(call: string): void {
  if (inside.getStore() === true) throw new CalledInsideSettle(call)
}
