import type { Backend } from "@millrace/core/backend"

import type { TestClock } from "../../src/test-clock.ts"

/** A backend in memory with one defect. */
export interface Fault {
  /** What is wrong with it. */
  readonly name: string
  /** How the name of the rule begins that has to catch it. */
  readonly caughtBy: string
  /** Puts the defect in. */
  readonly alter: (backend: Backend, clock: TestClock) => Backend
}
