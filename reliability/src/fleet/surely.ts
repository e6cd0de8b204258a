import { setTimeout as pause } from "node:timers/promises"

import { BackendError } from "@millrace/core"

const AGAIN_MS = 200

/** Does it until the storage was there for it. What the storage has refused for good is thrown, and so is everything once nobody waits any more. */
export async function surely<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await run()
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error
      await pause(AGAIN_MS)
    }
  }
}

/** Whether it failed because the storage was away, or full, and may go well another time. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof BackendError)) return false
  return error.code === "unavailable" || error.code === "outcome-unknown" || error.code === "full"
}
