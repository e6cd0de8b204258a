import type { Backend } from "@millrace/core"

import type { TestClock } from "../../src/test-clock.ts"
import type { Door, Site } from "./site.ts"

interface Parts {
  readonly url: string
  readonly clock: TestClock
  readonly door: Door
  /** A process that does not go through the door. */
  readonly healthy: Backend
  /** What is to be done with the log at the end, before anything is closed, and after. */
  readonly before?: () => Promise<unknown>
  readonly after?: () => Promise<unknown>
}

/** A log that is brought up to date, and what a process opens through a door: all of it is closed with the site. */
export async function siteBehind({ url, clock, door, healthy, before, after }: Parts): Promise<Site> {
  await healthy.migrate()
  const opened: Backend[] = [healthy]
  return {
    url,
    clock,
    wire: door.wire,
    healthy: () => healthy,
    faulty(options) {
      const backend = door.open(options)
      opened.push(backend)
      return backend
    },
    async close() {
      await before?.()
      for (const backend of opened) await backend.close()
      await door.close()
      await after?.()
    },
  }
}
