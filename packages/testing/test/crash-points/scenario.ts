import type { Backend } from "@millrace/core"

import type { TestClock } from "../../src/test-clock.ts"

/** What a scenario works with. `faulty` is the process that has the mishap, `healthy` another one. */
export interface Stage {
  /** Part of all names, so that a log serves many rounds. */
  readonly name: string
  readonly faulty: Backend
  readonly healthy: Backend
  readonly clock: TestClock
}

/** What came of the call that had a mishap. `died`: the process is gone; whatever goes on does so on another one. */
export interface Aftermath {
  readonly died: boolean
  /** What the call answered; absent where it threw, or its process died. */
  readonly answer?: unknown
  /** What its error said: `unavailable` says that nothing was written. */
  readonly failed?: "outcome-unknown" | "unavailable"
}

/** One call of a backend, to be struck at each call that it makes to its storage. */
export interface Scenario {
  readonly what: string
  /** Whether it is also struck by a storage that is gone right after it has written. */
  readonly leftAlone?: true
  /** Makes ready. Answers the call to strike, and what has to hold afterwards, whatever happened. */
  readonly prepare: (stage: Stage) => Promise<Prepared>
}

export interface Prepared {
  readonly call: () => Promise<unknown>
  readonly after: (aftermath: Aftermath) => Promise<void>
}
