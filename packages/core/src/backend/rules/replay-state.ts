import type { Position } from "../../message/ids.ts"

/**
 * What a group remembers of messages it handled before a reset. One per partition; one more for each stream (or key) whose lane was open
 * at a reset (a *replay row*); a lane takes a copy (its row's, else its partition's) when it opens and keeps it.
 */
export interface ReplayState {
  /** Messages up to here count as handled before … */
  readonly limit: Position
  /** … except these, which were never handed out. */
  readonly unhandled: readonly UnhandledRange[]
}

/**
 * Positions above `after` and up to `upto` (`null`: without end) that were never handed out: of a type that the group did not want then,
 * or (`type: null`) of one message that a log-ordered group had set aside.
 */
export interface UnhandledRange {
  readonly type: string | null
  readonly after: Position
  readonly upto: Position | null
}

/** What a new group begins with: everything at or below its start counts as handled. */
export function replayFromStart(start: Position): ReplayState {
  return { limit: start, unhandled: [] }
}
