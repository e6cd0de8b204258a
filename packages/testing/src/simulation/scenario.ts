import type { ErrorDecision, AnyApp, AnyReactor, Backend, Logger, StoredMessage } from "@millrace/core"

import type { GroupAudit } from "./audit/group-audit.ts"
import type { Random } from "./random.ts"

/** What the callbacks of a reactor are told by the world that they run in. */
export interface SimulatedProcess {
  readonly name: string
  /** Resolves when so much simulated time has passed: use it instead of timers. */
  sleep(ms: number): Promise<void>
  /**
   * Wraps a callback that handles a message: checks that the runtime calls it rightly, and throws when the seed says so. `group` is the reactor's name.
   */
  handling<T>(group: string, message: Handled, how: Handling, body: () => T | Promise<T>): Promise<T>
  /** Throws where the seed says so: for callbacks of which `handling` can not tell when they end. */
  mayFail(group: string, message: Handled, attempt: number): void
  /** What an error strategy says of a message, so that it can be seen whether the runtime does so. A `skip` counts as handled, without effects. */
  judging(group: string, message: Handled, decision: ErrorDecision): ErrorDecision
  /** An after-commit hook tells of these messages: they have to be stored as handled. */
  told(group: string, messages: readonly Handled[]): void
}

/** A message in a callback's hands. */
export interface Handled {
  readonly position: number
}

/** What the runtime tells a callback of a message. */
export interface Handling {
  readonly replaying: boolean
  readonly attempt: number
}

/** What a scenario may look at. */
export interface World {
  readonly random: Random
  /** The storage's clock. */
  readonly now: () => number
  /** Something is not as it has to be. */
  readonly wrong: (text: string) => void
  readonly groups: ReadonlyMap<string, GroupAudit>
  /** Whether the storage has accepted a write with this message. */
  readonly isStored: (id: string) => boolean
  readonly storage: Backend
}

/** What a simulated application is made of, in one world. */
export interface Stage<Act> {
  /** The reactors of one start of a process. */
  reactors(process: SimulatedProcess): readonly AnyReactor[]
  /** Something that a client or an operator does. What it throws is its own affair. */
  act(act: Act, app: AnyApp, process: SimulatedProcess): Promise<void>
  /** Compares the whole log with the model, once everything has settled. */
  check(log: readonly StoredMessage[]): void | Promise<void>
}

/** An application to simulate. */
export interface Scenario<Act> {
  readonly name: string
  /** How groups with `partitionBy` key their messages, by group. */
  readonly keys?: Readonly<Record<string, (message: StoredMessage) => string>>
  /** Its acts call the storage themselves: nothing is kept account of, and only a twin can tell what is wrong. */
  readonly direct?: boolean
  /** Draws something that a client or an operator does. It has to be JSON. */
  readonly draw: (random: Random) => Act
  open(world: World): Stage<Act>
}

/** What a simulated process logs is of no interest. */
export function quietLogger(onError: (error: unknown) => void): Logger {
  return {
    debug() {},
    info() {},
    warn() {},
    error(facts) {
      if ("error" in facts) onError(facts.error)
    },
  }
}
