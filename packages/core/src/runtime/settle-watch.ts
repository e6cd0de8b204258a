import type { Clock } from "./clock.ts"

/** Tells those who wait for something to be settled when to look again. */
export interface SettleWatch {
  /** This process has settled something, and stored messages of these types with it. */
  settled(types?: readonly string[]): void
  /** How many settles there were, or how many that stored a message of one of these types: ask before looking. */
  count(types?: readonly string[]): number
  /** Resolves once there were more than `count`, or after `ms`. */
  after(count: number, ms: number, types?: readonly string[]): Promise<void>
}

export function createSettleWatch(clock: Clock): SettleWatch {
  let settles = 0
  const byType = new Map<string, number>()
  const waiting = new Set<() => void>()
  const count = (types?: readonly string[]): number =>
    types === undefined ? settles : types.reduce((sum, type) => sum + (byType.get(type) ?? 0), 0)
  return {
    settled(types = []) {
      settles += 1
      for (const type of types) byType.set(type, (byType.get(type) ?? 0) + 1)
      for (const look of waiting) look()
    },
    count,
    after: (before, ms, types) =>
      new Promise((resolve) => {
        const end = (): void => {
          cancel()
          waiting.delete(look)
          resolve()
        }
        const look = (): void => {
          if (count(types) > before) end()
        }
        const cancel = clock.setTimer(ms, end)
        waiting.add(look)
        look()
      }),
  }
}
