import type { Decider } from "../../decider/decider.ts"
import type { InlineType, KeyOf, OwnKeyOf } from "../../decider/names.ts"
import type {
  AnyCommand,
  AnyEvent,
  CommandDefinition,
  Defined,
  EventDefinition,
  StoredOf,
} from "../../message/definition.ts"
import type { Registrable } from "../registration.ts"

/** Where an actor keeps how it decides and evolves. */
export const DECIDER: unique symbol = Symbol.for("millrace.decider")

/** Any actor, by what it carries. Covariant: every actor fits `AnyActor`. */
export interface AnyActor<
  State = unknown,
  Commands extends AnyCommand = AnyCommand,
  Events extends AnyEvent = AnyEvent,
> extends Registrable {
  readonly name: string
  readonly [DECIDER]: Decider
  /** Never set: carries types. */
  readonly "~actor"?: { readonly state: State; readonly commands: Commands; readonly events: Events }
}

/** The state of an actor. */
export type StateOf<A extends AnyActor> = NonNullable<A["~actor"]>["state"]
/** The definitions of the commands an actor decides, as a union. */
export type CommandsOf<A extends AnyActor> = NonNullable<A["~actor"]>["commands"]
/** The definitions of the events an actor knows, as a union. */
export type EventsOf<A extends AnyActor> = NonNullable<A["~actor"]>["events"]

/** Commands under their keys. */
export type CommandsByKey<Commands extends AnyCommand> = { readonly [D in Commands as KeyOf<D["type"]>]: D }

/** An actor's own events under their keys. */
export type EventsByKey<Name extends string, Events extends AnyEvent> = {
  readonly [D in Events as OwnKeyOf<Name, D["type"]>]: D
}

/** The event of an actor under a key. */
export type EventByKey<Name extends string, Events extends AnyEvent, Key> = Events extends AnyEvent
  ? Key extends OwnKeyOf<Name, Events["type"]>
    ? Events
    : never
  : never

/** The event that `.event(…)` declares: the definition given, or an inline one without payload. */
export type EventFor<Name extends string, D> = D extends AnyEvent
  ? D
  : D extends string
    ? EventDefinition<InlineType<Name, D>, void, null>
    : never

/** The command that `.command(…)` declares: the definition given, or an inline one without payload. */
export type CommandFor<Name extends string, D> = D extends AnyCommand
  ? D
  : D extends string
    ? CommandDefinition<InlineType<Name, D>, void, null>
    : never

/** The messages that trigger a reaction: of definitions, of an actor's own events by key, or of several at once. */
export type TriggeredBy<Name extends string, Events extends AnyEvent, T> = T extends readonly (infer One)[]
  ? TriggeredBy<Name, Events, One>
  : T extends Defined
    ? StoredOf<T>
    : T extends string
      ? StoredOf<EventByKey<Name, Events, T>>
      : never
