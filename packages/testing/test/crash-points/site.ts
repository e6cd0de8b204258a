import type { Backend } from "@millrace/core"

import type { TestClock } from "../../src/test-clock.ts"

/**
 * What happens at one call to a storage (a statement, a script, a driver's command). `lost`: it does not get there. `unanswered`: the storage does it, and the
 * connection breaks before the answer. `silent`: the storage does it, and nothing comes back, the connection standing. `dead`: the process dies before it, so
 * neither it nor any later one is made. `gone`: the storage does it, and is not to be reached from then on.
 * `killed before`, `killed after`: this very process ends by SIGKILL before the call has left it, or when its answer has come and nobody has read it yet.
 */
export type Mishap = "lost" | "unanswered" | "silent" | "dead" | "gone" | KillMishap

/** Only for a process that was started to be killed. */
export type KillMishap = "killed before" | "killed after"

/** What stands between a backend and its storage, and counts the calls. */
export interface Wire {
  /** Counts from 0 again; the call of this number has the mishap. */
  arm(step: number, mishap: Mishap): void
  /** Resolves when a call has had its mishap. */
  readonly struck: Promise<unknown>
  /** Everything passes from now on. Answers the call that had the mishap, by a name; `undefined` when there were not so many. */
  disarm(): Promise<string | undefined>
  /** The calls since it was armed, by their names. */
  readonly seen: readonly string[]
}

/** A way to a storage on which calls are struck. */
export interface Door {
  readonly wire: Wire
  /** A process's backend that speaks through the wire. `brief`: it does not go on asking for long. */
  open(options: { readonly brief: boolean }): Backend
  /** Ends the wire. Backends are closed before. */
  close(): Promise<void>
}

/** A storage in which calls are struck. */
export interface Site {
  /** Where other processes find the log. */
  readonly url: string
  readonly clock: TestClock
  readonly wire: Wire
  /** A process of which no call is struck. */
  healthy(): Backend
  /** One that speaks through the wire. `brief`: it does not go on asking for long. */
  faulty(options: { readonly brief: boolean }): Backend
  /** Ends what was opened, and removes the log. */
  close(): Promise<void>
}
