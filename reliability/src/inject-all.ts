import { setTimeout as pause } from "node:timers/promises"

import { allFaults } from "./faults/all-faults.ts"
import type { Step } from "./plan/draw-plan.ts"
import type { FaultKind } from "./plan/fault-kinds.ts"
import type { Stage } from "./stage.ts"

/** How many faults of each kind were made. */
export type Injected = ReadonlyMap<FaultKind, number>

export interface InjectOptions {
  readonly lengthMs: number
  readonly tell: boolean
}

/** Makes the faults of a plan, each at its time; nobody is struck by two at a time. Resolves when the time is over and the last of them has ended. */
export async function injectAll(stage: Stage, steps: readonly Step[], options: InjectOptions): Promise<Injected> {
  const injected = new Map<FaultKind, number>()
  const struck = new Set<string>()
  const lasting = new Set<Promise<void>>()
  const failed = Promise.withResolvers<never>()
  // Where one fault can not be ended, as when a server does not come back, the others would wait for it for ever.
  const ending = new AbortController()
  const struckWorld: Stage = { ...stage, signal: AbortSignal.any([stage.signal, ending.signal]) }
  failed.promise.catch(() => {})
  const began = performance.now()
  const until = (ms: number): Promise<unknown> =>
    Promise.race([
      pause(Math.max(0, ms - (performance.now() - began)), undefined, { signal: stage.signal }),
      failed.promise,
    ])
  try {
    for (const step of steps) {
      await until(step.atMs)
      const fault = allFaults[step.kind](struckWorld, step)
      if (fault === undefined || fault.targets.some((target) => struck.has(target))) continue
      injected.set(step.kind, (injected.get(step.kind) ?? 0) + 1)
      if (options.tell) tell(step.atMs, `${step.kind}: ${fault.targets.join(", ")}`)
      for (const target of fault.targets) struck.add(target)
      const running = fault
        .strike()
        .catch(failed.reject)
        .finally(() => {
          lasting.delete(running)
          if (options.tell && step.forMs > 0)
            tell(performance.now() - began, `is over: ${step.kind}, ${fault.targets.join(", ")}`)
          for (const target of fault.targets) struck.delete(target)
        })
      lasting.add(running)
    }
    await until(options.lengthMs)
    await Promise.race([Promise.all(lasting), failed.promise])
  } finally {
    ending.abort()
    // Whoever ends what was started must not meet a server that is being started again.
    await Promise.allSettled(lasting)
  }
  return injected
}

function tell(atMs: number, what: string): void {
  console.log(`${(atMs / 1_000).toFixed(1).padStart(7)} s  ${what}`)
}
