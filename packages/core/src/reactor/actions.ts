import { DefinitionError } from "../message/definition-error.ts"
import type { StreamId, Version } from "../message/ids.ts"
import type { Action, AnyMessage } from "./action.ts"
import type { TxToken } from "./tx-token.ts"

/** Nothing but progress. */
export const OK: Action = Object.freeze({ kind: "ok" })

/** Handle this message again, and nothing behind it before: what it asked for besides is not stored. */
export const RETRY: Action = Object.freeze({ kind: "retry" })

/** Appends each message to its own stream, no questions asked. */
export function AppendNext(messages: readonly AnyMessage[]): Action {
  return { kind: "append-next", messages }
}

/** An append to a stream that must be where the handler saw it. */
export interface AppendAfterAction {
  readonly kind: "append-after"
  readonly streamId: StreamId
  readonly messages: readonly AnyMessage[]
  /** Left out: the version that `history` reached. */
  readonly expectedVersion?: Version
}

/**
 * Appends to a stream that must still be at the version the handler saw: the last one in its `history` (declare `history: true`), or the one
 * given. A conflict handles the message again, on a fresh history.
 */
export function AppendAfter(
  streamId: string,
  messages: readonly AnyMessage[],
  options?: { readonly expectedVersion: Version },
): AppendAfterAction {
  return { kind: "append-after", streamId, messages, ...options }
}

/** Appends each message to its own stream at a date. One that has passed means now. */
export function Schedule(messages: readonly AnyMessage[], at: Date): Action {
  const due = at.getTime()
  if (Number.isNaN(due)) throw new DefinitionError("Schedule(…) got an invalid date")
  return { kind: "schedule", messages, at: due }
}

/** What work gets that `Sync` runs. */
export interface SyncContext<Tx> {
  /** The same for every try of the message. */
  readonly idempotencyKey: string
  /** The storage's handle, where it was asked for by its token. */
  readonly tx: Tx
}

/** Runs work before what the message led to is stored: at least once, so guard it by the idempotency key. Throwing fails the message. */
export function Sync(work: (context: SyncContext<undefined>) => void | Promise<void>): Action
/** Runs work inside the transaction that stores what the message led to: throwing undoes all of it. */
export function Sync<Tx>(work: (context: SyncContext<Tx>) => void | Promise<void>, tx: TxToken<Tx>): Action
export function Sync(run: (context: never) => void | Promise<void>, tx?: TxToken<unknown>): Action {
  return { kind: "sync", work: { needsTx: tx !== undefined, run } }
}
