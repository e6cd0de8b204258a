import { hashOf, pickOf } from "./cast.ts"

/** Draws that a seed decides: the same on every backend. */
export interface Dice {
  /** A whole number below `sides`. */
  roll(sides: number): number
  /** One of the items. */
  pick<T>(items: readonly T[]): T | undefined
}

export function diceOf(seed: number): Dice {
  let rolled = 0
  const roll = (sides: number): number => hashOf("dice", seed, (rolled += 1)) % sides
  return { roll, pick: (items) => pickOf(items, roll(1_000_000)) }
}
