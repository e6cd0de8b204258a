import type { RetryOptions } from "@millrace/core"

/** What happens when a listener fails: in its handler, its hooks, or because the event can not be decoded or is invalid. */
export type OnErrorChoice =
  /** The process stops with an error and the event stays pending; after `maxShutdowns` of one event it is parked as a dead letter. */
  | { readonly kind: "shutdown" }
  /** The error is logged, and the event counts as handled. */
  | { readonly kind: "acknowledge-and-log" }
  /** The event's stream waits as a dead letter until an operator retries or discards it; other streams go on. */
  | { readonly kind: "park" }
  /** The event is handled again; when tries have run out, it is parked. */
  | { readonly kind: "retry"; readonly options: RetryOptions }

/** The choices, as Lightbus names them, and further ones. */
export const OnError = {
  SHUTDOWN: { kind: "shutdown" },
  ACKNOWLEDGE_AND_LOG: { kind: "acknowledge-and-log" },
  PARK: { kind: "park" },
  /** `OnError.retry({ times: 5, afterMs: 100 })`. */
  retry: (options: RetryOptions): OnErrorChoice => ({ kind: "retry", options }),
} as const satisfies {
  readonly SHUTDOWN: OnErrorChoice
  readonly ACKNOWLEDGE_AND_LOG: OnErrorChoice
  readonly PARK: OnErrorChoice
  readonly retry: (options: RetryOptions) => OnErrorChoice
}
