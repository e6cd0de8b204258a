import type { Instant } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"

/** What an error strategy knows besides the error and the message. */
export interface FailedGroup {
  readonly name: string
  /** Which try of this message failed, from 1. */
  readonly attempt: number
  /** The runtime's clock. */
  readonly now: Instant
}

/** What happens to a message whose handling failed. */
export type ErrorDecision =
  /** Stops the whole group; the message waits and is handled again when the group is started. */
  | { readonly kind: "stop"; readonly reason?: string }
  /** Handles the message again at an instant; only its stream waits meanwhile. */
  | { readonly kind: "retry"; readonly at: Instant }
  /** Sets its stream aside as a dead letter until an operator retries or discards it; other streams go on. */
  | { readonly kind: "park" }
  /** Counts the message as handled without effects; logged. */
  | { readonly kind: "skip" }

/** Decides by the original error. May be async. If it throws itself, the group stops. */
export type ErrorStrategy = (
  error: unknown,
  message: StoredMessage,
  group: FailedGroup,
) => ErrorDecision | Promise<ErrorDecision>
