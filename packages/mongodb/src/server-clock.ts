import type { Instant } from "@millrace/core/backend"

/** For how long one look at the server's clock is good. Two quartz clocks drift apart by some milliseconds meanwhile. */
const GOOD_FOR_MS = 30_000

/** When this machine's two clocks disagree by more than this since the look, it was asleep or was set: look again. */
const JUMP_MS = 50

/**
 * The server's clock as seen from here: read once in a while, and counted on by this process's own steady clock. No write has to be computed on
 * the server for its sake. It decides when a lease has ended and what is due, never who may settle.
 */
export interface ServerClock {
  /** The instant on the server, within half a round trip. */
  now(): Promise<Instant>
  /** The same by the last look: after a `now()` of the same call. */
  nowAtOnce(): Instant
}

export function serverClock(look: () => Promise<Instant>): ServerClock {
  let offset: number | undefined
  let lookedAt = 0
  let wall = 0
  let looking: Promise<void> | undefined
  const lookAgain = async (): Promise<void> => {
    const before = performance.now()
    const server = await look()
    const after = performance.now()
    offset = server - (before + after) / 2
    lookedAt = after
    wall = Date.now() - after
  }
  const isGood = (): boolean => {
    const now = performance.now()
    return offset !== undefined && now - lookedAt < GOOD_FOR_MS && Math.abs(Date.now() - now - wall) < JUMP_MS
  }
  const nowAtOnce = (): Instant => Math.round(performance.now() + (offset ?? 0))
  return {
    async now() {
      if (!isGood()) {
        looking ??= lookAgain().finally(() => {
          looking = undefined
        })
        await looking
      }
      return nowAtOnce()
    },
    nowAtOnce,
  }
}

/** A clock that is given, for tests. */
export function givenClock(clock: { now(): Instant }): ServerClock {
  return { now: async () => clock.now(), nowAtOnce: () => clock.now() }
}
