import type { Backend } from "@millrace/core"

import type { TestClock } from "../src/test-clock.ts"

/** A backend whose claims can be watched and held up. */
export interface Watched {
  readonly backend: Backend
  /** When the last of the leases that were claimed or lengthened through it ends. */
  readonly leaseEnds: () => number
  /** Resolves when so many further claims were answered through it, with something or nothing. */
  readonly looked: (times: number) => Promise<void>
  /** Claims wait from now on, until they are let. */
  readonly holdClaims: () => void
  readonly letClaim: () => void
}

export function watched(backend: Backend, clock: TestClock): Watched {
  let ends = 0
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  const waiting = new Set<{ left: number; readonly enough: () => void }>()
  return {
    leaseEnds: () => ends,
    looked: (times) => new Promise((enough) => void waiting.add({ left: times, enough })),
    holdClaims: () => void (gate = Promise.withResolvers()),
    letClaim: () => gate.resolve(),
    backend: {
      ...backend,
      async claim(request) {
        await gate.promise
        const answer = await backend.claim(request)
        if (answer.kind === "slice") ends = Math.max(ends, clock.now() + request.leaseMs)
        for (const one of waiting) {
          one.left -= 1
          if (one.left <= 0) one.enough()
        }
        return answer
      },
      async extend(lease, leaseMs) {
        const held = await backend.extend(lease, leaseMs)
        if (held) ends = Math.max(ends, clock.now() + leaseMs)
        return held
      },
    },
  }
}
