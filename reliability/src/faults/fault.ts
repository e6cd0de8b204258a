import type { Step } from "../plan/draw-plan.ts"
import type { World } from "../world.ts"

/** A fault that can be made. */
export interface Fault {
  /** Whom it strikes: nobody is struck by two at a time. */
  readonly targets: readonly string[]
  /** Makes it, lets it last, and ends it. */
  readonly strike: () => Promise<void>
}

/** Makes a fault of a step; `undefined` where there is nobody to strike. */
export type MakeFault = (world: World, step: Step) => Fault | undefined

/** One of several, by a number that was drawn. */
export function picked<T>(several: readonly T[], { pick }: Step): T | undefined {
  return several[pick % Math.max(several.length, 1)]
}
