import type { JsonObject } from "../message/json.ts"
import type { ErrorDecision } from "./error-strategy.ts"
import type { Delivery } from "./registration.ts"

/** A message that failed, and what its error strategy decided. */
export interface Failure {
  readonly delivery: Delivery
  readonly error: unknown
  readonly decision: ErrorDecision["kind"]
}

/**
 * Is told how the messages of one stream (or key) are handled. What it is given to run it runs once, at once, and it gives back what that gives, what is
 * thrown included. It never throws for a reason of its own.
 */
export interface HandlingObserver {
  /** One call of a reactor's code, for one message or for several at once. */
  handle<T>(deliveries: readonly Delivery[], call: () => Promise<T>): Promise<T>
  /** Code that a message asked for and that runs later: work of its settle, hooks after the commit. */
  within<T>(delivery: Delivery, call: () => T): T
  /** What the messages that this one led to carry in their metadata, over what they inherit and have. */
  produced(delivery: Delivery): JsonObject
  /** An error strategy has decided about a failed message; its stream's settle stores it. */
  failed(failure: Failure): void
}
