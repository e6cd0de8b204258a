/** Numbers that are the same for the same seed. */
export interface Random {
  /** A whole number from 0 up to, and without, `bound`. */
  below(bound: number): number
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** True in `share` of all cases, from 0 to 1. */
  chance(share: number): boolean
  pick<T>(list: readonly [T, ...T[]]): T
  /** The same in another order. */
  shuffle<T>(list: readonly T[]): T[]
}

/** Draws numbers in turn (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const below = (bound: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return Math.floor((((value ^ (value >>> 14)) >>> 0) / 2 ** 32) * bound)
  }
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (share) => below(1_000_000) < share * 1_000_000,
    pick: (list) => list[below(list.length)] ?? list[0],
    shuffle: (list) =>
      list
        .map((one) => ({ one, at: below(2 ** 31) }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one),
  }
}
