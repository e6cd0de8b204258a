import type { Defined, FieldError, Logger, PayloadOut, StartFrom, StoredMessage, StoredOf } from "@millrace/core"

import type { EventOnBus } from "../api/event-on-bus.ts"
import type { ApiSettings } from "../settings.ts"
import type { OnErrorChoice } from "./on-error.ts"

/** How a listener listens. */
export interface ListenOptions {
  /** Names the listener within its service: its consumer group is `{service}-{listenerName}`. */
  readonly listenerName: string
  /** Default: what the API's settings say, else `OnError.SHUTDOWN`. */
  readonly onError?: OnErrorChoice
  /** Where a new consumer group begins. Default: at the beginning of the log. Fixed once, when the group is created. */
  readonly startFrom?: StartFrom
}

/** What a handler gets beside the payload and the message. */
export interface ListenerContext {
  readonly listenerName: string
  readonly group: string
  /** Which try of this event this is, from 1. */
  readonly attempt: number
  /** The event was handled before, and the group was reset: what is fired here is counted and dropped. */
  readonly replaying: boolean
  /** False for an event that does not fit its definition, where incoming events are not validated: the payload is as it was stored then. */
  readonly valid: boolean
  /** What is wrong with an event that is not valid. */
  readonly errors: readonly FieldError[]
  readonly logger: Logger
  /** Aborted when the worker has to stop or has lost its lease. */
  readonly signal: AbortSignal
}

/** A listener's handler. Two function types, so that linters tell a forgotten `await`. */
export type ListenerHandler<D extends Defined> =
  | ((payload: PayloadOut<D>, message: StoredOf<D>, context: ListenerContext) => void)
  | ((payload: PayloadOut<D>, message: StoredOf<D>, context: ListenerContext) => Promise<void>)

/** A handler as it is run. */
export type RunHandler = (
  payload: unknown,
  message: StoredMessage<string, unknown>,
  context: ListenerContext,
) => void | Promise<void>

/** An event a listener listens to, and how its API is treated. */
export interface ListenedEvent {
  /** The API it belongs to; for an event of no API its type. */
  readonly api: string
  readonly event: Pick<EventOnBus, "read"> & { readonly definition: { readonly type: string } }
  readonly settings: ApiSettings
}

/** A listener of a service. */
export interface Listener {
  readonly listenerName: string
  readonly group: string
  readonly events: readonly ListenedEvent[]
  readonly handler: RunHandler
  readonly onError: OnErrorChoice | undefined
  readonly startFrom: StartFrom | undefined
}
