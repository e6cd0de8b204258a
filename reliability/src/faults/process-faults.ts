import { setTimeout as pause } from "node:timers/promises"

import type { Step } from "../plan/draw-plan.ts"
import type { World } from "../world.ts"
import { type Fault, picked } from "./fault.ts"

/** It ends in the middle of whatever it is at, and starts again under its name. */
export function killWorker({ workers, signal }: World, step: Step): Fault | undefined {
  const worker = picked(workers, step)
  if (worker === undefined) return undefined
  return {
    targets: [worker.name],
    async strike() {
      await worker.kill()
      await pause(step.forMs, undefined, { signal })
      worker.start()
    },
  }
}

export function killClient({ clients, signal }: World, step: Step): Fault | undefined {
  const client = picked(clients, step)
  if (client === undefined) return undefined
  return {
    targets: [client.name],
    async strike() {
      await client.kill()
      await pause(step.forMs, undefined, { signal })
      client.start()
    },
  }
}

/** It stands still for longer than its leases last, and then goes on as if nothing had been. */
export function freezeWorker({ workers, signal }: World, step: Step): Fault | undefined {
  const worker = picked(workers, step)
  if (worker === undefined) return undefined
  return {
    targets: [worker.name],
    async strike() {
      worker.freeze()
      await pause(step.forMs, undefined, { signal }).finally(() => worker.thaw())
    },
  }
}

/** It is asked to go, and comes back as the other release. The first two never change, so that both releases are always there. */
export function replaceWorker({ workers, signal }: World, step: Step): Fault | undefined {
  const worker = picked(workers.slice(2), step)
  if (worker === undefined) return undefined
  return {
    targets: [worker.name],
    async strike() {
      await worker.stop()
      await pause(step.forMs, undefined, { signal })
      worker.deployment = worker.deployment === "old" ? "new" : "old"
      worker.start()
    },
  }
}
