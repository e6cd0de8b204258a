import type { StoredMessage } from "../message/message.ts"
import type { Action } from "./action.ts"
import type { AppendAfterAction } from "./actions.ts"
import type { ErrorStrategy } from "./error-strategy.ts"
import type { Logger } from "./logger.ts"
import type { StartFrom } from "./start-from.ts"
import type { TxToken } from "./tx-token.ts"

/** What a low-level reactor gets beside the message. */
export interface ReactorContext {
  /**
   * When the reactor declared `history: true`: the message's whole stream as it is now, commands included, as the log holds it
   * (payloads in JSON; `ItemAdded.decode(message)` decodes). It may reach beyond the message. Else empty.
   */
  readonly history: readonly StoredMessage[]
  readonly replaying: boolean
  readonly attempt: number
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** What a low-level reactor returns: nothing (= OK), an action, or a list of them. */
export type ReactorResult = void | ReactorAction | readonly ReactorAction[]

/** What a low-level reactor may ask for: see `OK`, `AppendNext`, `AppendAfter`, `Schedule`, `Sync`, `RETRY`. */
export type ReactorAction = Action | AppendAfterAction

/** A message as reactors get it: its payload is decoded where the reactor named its definition, and as the log holds it where it named its type. */
export type ReactorMessage = StoredMessage<string, unknown>

/**
 * The lowest-level reactor. `name` is its consumer group. Give `handle` or `handleBatch` (one result per message, in order; fewer
 * results leave the rest to be delivered again).
 */
export interface Reactor {
  readonly name: string
  /** Message definitions or type names. */
  readonly handledMessages: readonly (string | { readonly type: string })[]
  handle?(message: ReactorMessage, context: ReactorContext): ReactorResult | Promise<ReactorResult>
  handleBatch?(
    messages: readonly ReactorMessage[],
    context: ReactorContext,
  ): readonly ReactorResult[] | Promise<readonly ReactorResult[]>
  readonly history?: boolean
  readonly order?: "stream" | "log"
  readonly partitionBy?: PartitionBy
  readonly startFrom?: StartFrom
  readonly errorStrategy?: ErrorStrategy
  /** The storage's handle that its `Sync` work needs, checked when the app starts. */
  readonly tx?: TxToken<unknown>
}

/** What messages are kept in order by, instead of by stream: one lease for the whole log, different keys side by side. */
export type PartitionBy = "category" | "correlation" | ((message: StoredMessage) => string)
