import type { AnyCommand } from "../message/definition.ts"
import type { Dispatch } from "./dispatch.ts"
import type { Logger } from "./logger.ts"

/** What a reaction gets beside the state and the message. */
export interface ReactionContext<Commands extends AnyCommand = never> {
  readonly dispatch: Dispatch<Commands>
  /** The message was handled before, and the group was reset: what is dispatched here is counted and dropped. */
  readonly replaying: boolean
  /** Which try of this message this is, from 1. */
  readonly attempt: number
  readonly logger: Logger
  /** Aborted when the worker has to stop or has lost its lease. */
  readonly signal: AbortSignal
}

/** A reaction. Two function types instead of one that returns either: so that actors may dispatch to each other without their types going in circles. */
export type ReactionFunction<State, Stored, Context> =
  | ((state: State, message: Stored, context: Context) => void)
  | ((state: State, message: Stored, context: Context) => Promise<void>)
