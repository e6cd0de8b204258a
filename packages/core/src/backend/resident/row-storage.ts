import type { RowChange } from "./rows.ts"

/**
 * Where the rows of a resident log are kept. Each call has done its work when it returns, so that nobody meets a change that is not kept; what fails
 * throws a `BackendError`. The log has one owner at a time: whoever has opened it.
 */
export interface RowStorage {
  /** Whether a log is kept here. Changes nothing. */
  holdsLog(): boolean
  /** Keeps these rows as a new log, all or none. Another process may have made one meanwhile: then that one stays. */
  create(rows: Iterable<RowChange>): void
  /**
   * Makes this process the owner, or throws `unavailable`. Answers what was kept: each row once in any order, or every change in the order it was told (of a row that
   * is told several times the last counts). Called before the first use, and again after `keep` threw.
   */
  open(): Iterable<RowChange>
  /**
   * Keeps what one write changed: all of it when this returns; none of it, or `outcome-unknown`, when it throws. After a throw the log is closed, and opened before it is
   * used again, so that what is kept is what counts. `all`: the log with these changes, for a storage that writes itself anew. Left out where nothing outlives the process.
   */
  keep?(changes: readonly RowChange[], all: () => Iterable<RowChange>): void
  /** Ends what `open` began. */
  close(): void
  /** Removes the log that is open, and ends what `open` began. */
  remove(): void
}
