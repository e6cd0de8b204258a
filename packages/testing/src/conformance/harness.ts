import type { Backend } from "@millrace/core/backend"

/**
 * What some rules need of a harness. `persistence`: a log that outlives its backend objects, as `capabilities.persistent` says. `clock`: a storage
 * whose clock the harness can set back.
 */
export type Need = "persistence" | "clock"

/** Connects the suite to a backend. */
export interface Harness {
  /** The backend's name, shown in titles. */
  readonly name: string
  /** Opens a log of its own: fresh and empty, and never the same twice. */
  open(options: OpenOptions): Promise<OpenLog>
  /** What there is none of: the rules that need it are not for this backend, and left out. Nothing unless named. */
  readonly lacks?: readonly Need[]
  /** Rules that this backend is known to break, by name, each with the reason. They still run, and must fail. */
  readonly deviations?: Readonly<Record<string, string>>
}

/** What a log for a rule has to be. */
export interface OpenOptions {
  /** How many partitions the log is created with. */
  readonly partitions: number
  /** Whether `migrate` has run on it. */
  readonly migrated: boolean
}

/** A log that a rule works on. */
export interface OpenLog {
  readonly backend: Backend
  /** A further backend object on the same log, as another process would have it. With reach `process`: the same object again. */
  reopen(): Promise<Backend>
  /** Lets time pass on the storage's clock: moves a test clock, or really waits as long. */
  advance(ms: number): Promise<void>
  /** Sets the storage's clock back. Only harnesses that name `clock` in `lacks` do without. */
  readonly setBack?: (ms: number) => Promise<void>
  /** Closes every backend object opened on the log and removes it. */
  dispose(): Promise<void>
}
