import type { StoredMessage } from "../message/message.ts"
import type { StartPoint } from "../stream/start-point.ts"
import type { Action } from "./action.ts"
import type { ErrorStrategy } from "./error-strategy.ts"
import type { Logger } from "./logger.ts"

/** What a low-level reactor gets beside the message. */
export interface ReactorContext {
  /** The stream's whole history up to and with the message, commands included, when the reactor declared `history: true`; else empty. */
  readonly history: readonly StoredMessage[]
  readonly replaying: boolean
  readonly attempt: number
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** What a low-level reactor returns: nothing (= OK), an action, or a list of them. */
export type ReactorResult = void | Action | readonly Action[]

/**
 * The lowest-level reactor. `name` is its consumer group. Give `handle` or `handleBatch` (one result per message, in order; fewer
 * results leave the rest to be delivered again).
 */
export interface Reactor {
  readonly name: string
  /** Message definitions or type names. */
  readonly handledMessages: readonly (string | { readonly type: string })[]
  handle?(message: StoredMessage, context: ReactorContext): ReactorResult | Promise<ReactorResult>
  handleBatch?(
    messages: readonly StoredMessage[],
    context: ReactorContext,
  ): readonly ReactorResult[] | Promise<readonly ReactorResult[]>
  readonly history?: boolean
  readonly order?: "stream" | "log"
  readonly partitionBy?: (message: StoredMessage) => string
  readonly startFrom?: "beginning" | "now" | { readonly position: number } | { readonly date: Date } | StartPoint
  readonly errorStrategy?: ErrorStrategy
}
