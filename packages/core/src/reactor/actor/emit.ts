import type { OwnKeyOf } from "../../decider/names.ts"
import type { AnyEvent, PayloadArguments, PayloadIn } from "../../message/definition.ts"
import type { EventByKey } from "./actor-types.ts"

/**
 * Emits an event of the actor from its decide function and evolves the state by it at once; gives the state after it.
 * Throws `InvalidPayload`.
 */
export interface Emit<Name extends string, State, Events extends AnyEvent> {
  <const D extends AnyEvent | OwnKeyOf<Name, Events["type"]>>(
    event: D & RefuseUndeclared<Events, D>,
    ...payload: EmitArguments<Name, Events, D>
  ): State
}

/** The payload of an event of the actor; for one that it does not declare, what to do about it. */
export type EmitArguments<Name extends string, Events extends AnyEvent, D> = D extends AnyEvent
  ? D["type"] extends Events["type"]
    ? PayloadArguments<PayloadIn<D>>
    : PayloadArguments<PayloadIn<D>> extends []
      ? []
      : [undeclared: Undeclared<D["type"]>]
  : PayloadArguments<PayloadIn<EventByKey<Name, Events, D>>>

/** An event without payload has no argument that could tell, so its definition does. */
export type RefuseUndeclared<Events extends AnyEvent, D> = D extends AnyEvent
  ? D["type"] extends Events["type"]
    ? unknown
    : PayloadArguments<PayloadIn<D>> extends []
      ? { readonly refused: Undeclared<D["type"]> }
      : unknown
  : unknown

/** What a compile error says about an event that the actor does not know. */
export type Undeclared<Type extends string> =
  `declare ${Type} on this actor with .event(…) before the command that emits it`
