import { setTimeout as pause } from "node:timers/promises"

import type { Step } from "../plan/draw-plan.ts"
import type { World } from "../world.ts"
import type { Fault } from "./fault.ts"

const TARGETS = ["the storage"]

/** Its server ends as by `kill -9` and comes back with the same data. */
export function killServer({ storage: { crash }, signal }: World, { forMs }: Step): Fault | undefined {
  if (crash === undefined) return undefined
  return {
    targets: TARGETS,
    async strike() {
      await crash.kill()
      await lasting(forMs, signal, crash.revive)
    },
  }
}

export function freezeServer({ storage: { freeze }, signal }: World, { forMs }: Step): Fault | undefined {
  if (freeze === undefined) return undefined
  return {
    targets: TARGETS,
    async strike() {
      freeze.on()
      await lasting(forMs, signal, freeze.off)
    },
  }
}

export function fillDisk({ storage: { disk }, signal }: World, { forMs }: Step): Fault | undefined {
  if (disk === undefined) return undefined
  return {
    targets: TARGETS,
    async strike() {
      await disk.fill()
      await lasting(forMs, signal, disk.free)
    },
  }
}

export function takeLock({ storage: { lock }, signal }: World, { forMs }: Step): Fault | undefined {
  if (lock === undefined) return undefined
  return {
    targets: TARGETS,
    async strike() {
      await lock.take()
      await lasting(forMs, signal, lock.give)
    },
  }
}

/** Waits, and ends it then, also where the run is to end at once. */
async function lasting(forMs: number, signal: AbortSignal, end: () => void | Promise<void>): Promise<void> {
  try {
    await pause(forMs, undefined, { signal })
  } finally {
    await end()
  }
}
