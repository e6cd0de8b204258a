import type { TestClock } from "../src/test-clock.ts"

/** How far the clock moves between two looks. */
const STEP_MS = 100

/** Moves the clock on in small steps until the work is done, however long the storage takes in between. Answers what the work does. */
export async function travelUntil<T>(clock: TestClock, work: Promise<T>): Promise<T> {
  let done = false
  const end = (): void => {
    done = true
  }
  work.then(end, end)
  while (!done) await clock.advance(STEP_MS)
  return work
}
