/** Numbers that are the same for the same seed. */
export interface Random {
  /** A whole number from 0 up to, and without, `bound`. */
  below(bound: number): number
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** True in `share` of all cases, from 0 to 1. */
  chance(share: number): boolean
  pick<T>(list: readonly [T, ...T[]]): T
}

/** Draws numbers in turn (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const below = (bound: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    return Math.floor((mixed(state) / 2 ** 32) * bound)
  }
  return drawing(below)
}

/**
 * Draws numbers for a name. Two names share nothing, so that a history which loses one of its faults keeps the others.
 */
export function randomFor(seed: number, name: string): Random {
  let hash = (0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)) >>> 0
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  return createRandom(mixed(hash >>> 0))
}

function drawing(below: Random["below"]): Random {
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (share) => below(1_000_000) < share * 1_000_000,
    pick(list) {
      for (const one of list.slice(below(list.length))) return one
      return list[0]
    },
  }
}

function mixed(state: number): number {
  let value = Math.imul(state ^ (state >>> 15), state | 1)
  value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
  return (value ^ (value >>> 14)) >>> 0
}
