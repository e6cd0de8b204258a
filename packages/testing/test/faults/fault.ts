import type { Backend } from "@millrace/core/backend"

import type { TestClock } from "../../src/test-clock.ts"

/** A backend in memory with one defect. */
export interface Fault {
  /** What is wrong with it. */
  readonly name: string
  /** How the name of the rule begins that has to catch it. */
  readonly caughtBy: string
  /** Where memory itself lacks what the rule needs: what it is changed into first, free of defects. */
  readonly sound?: (backend: Backend, clock: TestClock) => Backend
  /** Puts the defect in. */
  readonly alter: (backend: Backend, clock: TestClock) => Backend
}
