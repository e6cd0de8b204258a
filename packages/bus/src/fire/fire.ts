import type { AnyMessage, JsonObject, PayloadArguments } from "@millrace/core"

import type { EventOnBus } from "../api/event-on-bus.ts"
import type { Hooks } from "../hooks.ts"
import type { ApiSettings } from "../settings.ts"
import { type Handling, handling } from "./handling.ts"
import type { StreamLengths } from "./stream-lengths.ts"
import { categoryOfStream, streamOf } from "./stream-of.ts"

/** How an event is fired. */
export interface FireOptions {
  /** The entity that the event is about: events of one key keep their order, those of different keys need not wait for one another. */
  readonly key?: string
  /** Fires it at this date. */
  readonly at?: Date
  readonly metadata?: JsonObject
  /** Makes firing it again harmless, for as long as the event is kept. Not inside a handler, whose events are stored once anyway. */
  readonly idempotencyKey?: string
}

/** What `fire` takes: the parameters, which may be left out where every one has a default, and options. */
export type FireArguments<In> =
  PayloadArguments<In> extends []
    ? [parameters?: undefined, options?: FireOptions]
    : [...PayloadArguments<In>, options?: FireOptions]

/** An event as a service fires it. */
export interface Firing {
  readonly api: string
  readonly event: EventOnBus
  readonly settings: ApiSettings
}

/** Where fired events go: the log. */
export interface FireInto {
  dispatch(message: AnyMessage, options?: { readonly idempotencyKey?: string }): Promise<unknown>
  readonly hooks: Hooks
  readonly lengths: Pick<StreamLengths, "fired">
}

/**
 * Fires an event. Resolves once it is stored; tells nothing of who listens. In a handler of the bus it resolves at once, and the event is stored
 * together with the handler's acknowledgement: both or neither.
 */
export function fire(firing: Firing, into: FireInto, parameters: unknown, options: FireOptions = {}): Promise<void> {
  const inside = handling()
  const fired = fireNow(firing, into, { parameters, options, inside })
  return inside === undefined ? fired : inside.follow(fired)
}

async function fireNow(
  { api, event, settings }: Firing,
  into: FireInto,
  call: { readonly parameters: unknown; readonly options: FireOptions; readonly inside: Handling | undefined },
): Promise<void> {
  const { key, at, metadata, idempotencyKey } = call.options
  const { type } = event.definition
  call.inside?.expect(type)
  const streamId = streamOf({ api, type, streamUse: settings.streamUse }, key)
  let draft = settings.validate.outgoing
    ? event.make(streamId, call.parameters)
    : event.makeUnchecked(streamId, call.parameters)
  if (metadata !== undefined) draft = draft.withMetadata(metadata)
  if (at !== undefined) draft = draft.at(at)
  await into.hooks.beforeSent(draft)
  const { maxStreamLength, streamUse } = settings
  const counted = (): void => {
    if (maxStreamLength !== null) into.lengths.fired(categoryOfStream({ api, type, streamUse }), maxStreamLength)
  }
  if (call.inside !== undefined) {
    call.inside.fired(draft)
    return counted()
  }
  await into.dispatch(draft, idempotencyKey === undefined ? {} : { idempotencyKey })
  counted()
  await into.hooks.afterSent(draft)
}
