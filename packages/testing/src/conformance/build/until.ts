import type { TestLog } from "../test-log.ts"

/** How often `until` looks, and how much time it lets pass in between. */
const LOOKS = 200
const STEP_MS = 50

/** Lets time pass until `look` answers something, and answers it. */
export async function until<T>(log: TestLog, what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let looked = 0; looked < LOOKS; looked += 1) {
    const found = await look()
    if (found !== undefined) return found
    await log.advance(STEP_MS)
  }
  throw new Error(`${what} did not happen within ${LOOKS * STEP_MS} ms of the storage's time`)
}
