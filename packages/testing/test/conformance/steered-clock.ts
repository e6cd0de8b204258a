import { type TestClock, testClock } from "../../src/test-clock.ts"

/** A test clock that can also be set back, as a machine's: its timers go on as they were. */
export interface SteeredClock {
  readonly clock: TestClock
  readonly setBack: (ms: number) => Promise<void>
}

export function steeredClock(): SteeredClock {
  const clock = testClock()
  let back = 0
  return {
    clock: { ...clock, now: () => clock.now() - back },
    setBack: async (ms) => void (back += ms),
  }
}
