import { setTimeout as pause } from "node:timers/promises"

import type { Step } from "../plan/draw-plan.ts"
import type { World } from "../world.ts"
import type { Fault } from "./fault.ts"

const TARGETS = ["the storage"]

/** Its server ends as by `kill -9` and comes back with the same data. */
export function killServer({ storage, signal }: World, { forMs }: Step): Fault | undefined {
  const { kill, revive } = storage
  if (kill === undefined || revive === undefined) return undefined
  return {
    targets: TARGETS,
    async strike() {
      await kill()
      await pause(forMs, undefined, { signal }).finally(() => revive())
    },
  }
}

export function freezeServer({ storage: { freeze }, signal }: World, { forMs }: Step): Fault | undefined {
  if (freeze === undefined) return undefined
  return {
    targets: TARGETS,
    async strike() {
      freeze.on()
      await pause(forMs, undefined, { signal }).finally(() => freeze.off())
    },
  }
}

export function fillDisk({ storage: { disk }, signal }: World, { forMs }: Step): Fault | undefined {
  if (disk === undefined) return undefined
  return {
    targets: TARGETS,
    async strike() {
      await disk.fill()
      await pause(forMs, undefined, { signal }).finally(() => disk.free())
    },
  }
}

export function takeLock({ storage: { lock }, signal }: World, { forMs }: Step): Fault | undefined {
  if (lock === undefined) return undefined
  return {
    targets: TARGETS,
    async strike() {
      await lock.take()
      await pause(forMs, undefined, { signal }).finally(() => lock.give())
    },
  }
}
