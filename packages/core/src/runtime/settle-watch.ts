import type { Clock } from "./clock.ts"

/** Tells those who wait for something to be settled when to look again. */
export interface SettleWatch {
  /** This process has settled something. */
  settled(): void
  /** How many settles there were: ask before looking. */
  count(): number
  /** Resolves once there were more than `count`, or after `ms`. */
  after(count: number, ms: number): Promise<void>
}

export function createSettleWatch(clock: Clock): SettleWatch {
  let settles = 0
  const waiting = new Set<() => void>()
  return {
    settled() {
      settles += 1
      for (const look of waiting) look()
    },
    count: () => settles,
    after: (before, ms) =>
      new Promise((resolve) => {
        const end = (): void => {
          cancel()
          waiting.delete(look)
          resolve()
        }
        const look = (): void => {
          if (settles > before) end()
        }
        const cancel = clock.setTimer(ms, end)
        waiting.add(look)
        look()
      }),
  }
}
