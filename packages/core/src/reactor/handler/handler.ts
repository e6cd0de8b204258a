import type { Defined, StoredOf } from "../../message/definition.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { AnyMessage } from "../action.ts"
import type { ErrorStrategy } from "../error-strategy.ts"
import type { Logger } from "../logger.ts"
import type { PartitionBy } from "../reactor.ts"
import type { Registrable } from "../registration.ts"
import type { StartFrom } from "../start-from.ts"

/** What may be set for a handler's consumer group, which has the handler's name. */
export interface HandlerOptions {
  /** Fill `history` for each call. */
  readonly history?: boolean
  /** `log`: all messages in total order, one at a time. Default: in order per stream. */
  readonly order?: "stream" | "log"
  /** In order by something else than the stream. */
  readonly partitionBy?: PartitionBy
  /** Where the group begins when it is created. Default: at the beginning of the log. */
  readonly startFrom?: StartFrom
  /** What happens to a message whose handling failed. Default: the app's. */
  readonly errorStrategy?: ErrorStrategy
}

/** What a handler gets beside the message. */
export interface HandlerContext {
  /** With `history: true`: the message's whole stream up to and with it, commands included, as the log holds it (`Started.decode(message)` decodes). Else empty. */
  readonly history: readonly StoredMessage[]
  /** The message was handled before, and the group was reset: what is returned here is counted and dropped. */
  readonly replaying: boolean
  /** Which try of this message this is, from 1. */
  readonly attempt: number
  readonly logger: Logger
  /** Aborted when the worker has to stop or has lost its lease. */
  readonly signal: AbortSignal
}

/** What a handler returns: nothing, or messages, which are stored with its progress. Those made with `.at(date)` are scheduled. */
export type HandlerResult = void | AnyMessage | readonly AnyMessage[]

/** A handler as a function. Two function types, so that linters tell a forgotten `await`. */
export type HandlerFunction<Stored> =
  | ((message: Stored, context: HandlerContext) => HandlerResult)
  | ((message: Stored, context: HandlerContext) => Promise<HandlerResult>)

/** A handler: a function per message, no state of its own. Each call of `on` gives a new handler. */
export interface Handler<Name extends string> extends Registrable {
  readonly name: Name
  /** Handles the messages of one or several definitions: `.on(Started, Placed, (message, context) => …)`. */
  on<const Ds extends readonly [Defined, ...Defined[]]>(
    ...handles: [...definitions: Ds, handle: HandlerFunction<StoredOf<Ds[number]>>]
  ): Handler<Name>
}
