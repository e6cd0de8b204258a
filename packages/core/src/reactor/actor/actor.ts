import type { InlineType, OwnKeyOf } from "../../decider/names.ts"
import type {
  AnyCommand,
  AnyEvent,
  CommandDefinition,
  Defined,
  EventDefinition,
  MessageOf,
  StoredOf,
} from "../../message/definition.ts"
import type { InputOf, OutputOf, PayloadSchema, RefuseUnstorable } from "../../message/payload-schema.ts"
import type { ReactionContext, ReactionFunction } from "../reaction.ts"
import type { ActorInstance, CommandMethods } from "./actor-instance.ts"
import type { AnyActor, CommandFor, CommandsByKey, EventFor, EventsByKey, TriggeredBy } from "./actor-types.ts"
import type { Emit } from "./emit.ts"

/** Changes the state by an event, or gives the next one. Pure: it runs for every event again whenever a state is rebuilt. */
export type EvolveFunction<State, E extends AnyEvent> = (state: State, event: MessageOf<E>) => State | void

/** Decides a command: emits events, or throws a domain error, and then nothing is stored. Not async. */
export type DecideFunction<Name extends string, State, Events extends AnyEvent, C extends AnyCommand> = (
  state: State,
  command: MessageOf<C>,
  context: DecideContext<Name, State, Events>,
) => void

/** What a decide function gets beside the state and the command. */
export interface DecideContext<Name extends string, State, Events extends AnyEvent> {
  readonly event: Emit<Name, State, Events>
}

/** An actor as far as it can be used. `Actor` and `ActorWithWildcard` add the calls that build it. */
export interface ActorFacts<
  Name extends string,
  State,
  Commands extends AnyCommand,
  Events extends AnyEvent,
> extends AnyActor<State, Commands, Events> {
  readonly name: Name
  /** The definitions of its commands: `Cart.commands.addItem(streamId, payload)`. */
  readonly commands: CommandsByKey<Commands>
  /** The definitions of its own events. */
  readonly events: EventsByKey<Name, Events>
  /** Whether it decides a type of command. */
  readonly decides: (type: Commands["type"]) => boolean
  /** An instance in memory, without events. */
  readonly create: (streamId: string) => ActorInstance<State, Commands, Events> & CommandMethods<Commands, Events>
}

/**
 * An actor: the whole life of one concept, in one stream per instance. Each call gives a new actor and leaves the one before as it was.
 * Declare events before the commands that emit them.
 */
export interface Actor<
  Name extends string,
  State,
  Commands extends AnyCommand,
  Events extends AnyEvent,
> extends ActorFacts<Name, State, Commands, Events> {
  /** Declares an event that changes nothing. */
  event<const D extends AnyEvent | string>(event: D): Actor<Name, State, Commands, Events | EventFor<Name, D>>
  /** Declares an event and how it changes the state. A name instead of a definition defines one without payload. */
  event<const D extends AnyEvent | string>(
    event: D,
    evolve: EvolveFunction<State, EventFor<Name, D>>,
  ): Actor<Name, State, Commands, Events | EventFor<Name, D>>
  /** Defines an event of the type `<actor>.<snake_name>` and how it changes the state. */
  event<const Key extends string, S extends PayloadSchema>(
    name: Key,
    schema: S & RefuseUnstorable<S>,
    evolve: EvolveFunction<State, EventDefinition<InlineType<Name, Key>, InputOf<S>, OutputOf<S>>>,
  ): Actor<Name, State, Commands, Events | EventDefinition<InlineType<Name, Key>, InputOf<S>, OutputOf<S>>>

  /** Declares a command and how it is decided. A name instead of a definition defines one without payload. */
  command<const D extends AnyCommand | string>(
    command: D,
    decide: DecideFunction<Name, State, Events, CommandFor<Name, D>>,
  ): Actor<Name, State, Commands | CommandFor<Name, D>, Events>
  /** Defines a command of the type `<actor>.<snake_name>` and how it is decided. */
  command<const Key extends string, S extends PayloadSchema>(
    name: Key,
    schema: S & RefuseUnstorable<S>,
    decide: DecideFunction<Name, State, Events, CommandDefinition<InlineType<Name, Key>, InputOf<S>, OutputOf<S>>>,
  ): Actor<Name, State, Commands | CommandDefinition<InlineType<Name, Key>, InputOf<S>, OutputOf<S>>, Events>

  /** Reacts to every event of the actor that has no reaction of its own, wherever that is declared. Closes the list of events. */
  reaction(
    react: ReactionFunction<State, StoredOf<Events>, ReactionContext<Commands>>,
  ): ActorWithWildcard<Name, State, Commands, Events>
  /** Reacts to messages of one or several definitions, its own events (also by key) or anybody's. The state is the one right after the event. */
  reaction<
    const T extends OwnKeyOf<Name, Events["type"]> | Defined | readonly (OwnKeyOf<Name, Events["type"]> | Defined)[],
  >(
    triggers: T,
    react: ReactionFunction<State, TriggeredBy<Name, Events, T>, ReactionContext<Commands>>,
  ): Actor<Name, State, Commands, Events>
}

/** An actor with a wildcard reaction: it declares no further events, for the wildcard would not know them. */
export interface ActorWithWildcard<
  Name extends string,
  State,
  Commands extends AnyCommand,
  Events extends AnyEvent,
> extends ActorFacts<Name, State, Commands, Events> {
  command<const D extends AnyCommand | string>(
    command: D,
    decide: DecideFunction<Name, State, Events, CommandFor<Name, D>>,
  ): ActorWithWildcard<Name, State, Commands | CommandFor<Name, D>, Events>
  command<const Key extends string, S extends PayloadSchema>(
    name: Key,
    schema: S & RefuseUnstorable<S>,
    decide: DecideFunction<Name, State, Events, CommandDefinition<InlineType<Name, Key>, InputOf<S>, OutputOf<S>>>,
  ): ActorWithWildcard<
    Name,
    State,
    Commands | CommandDefinition<InlineType<Name, Key>, InputOf<S>, OutputOf<S>>,
    Events
  >
  reaction<
    const T extends OwnKeyOf<Name, Events["type"]> | Defined | readonly (OwnKeyOf<Name, Events["type"]> | Defined)[],
  >(
    triggers: T,
    react: ReactionFunction<State, TriggeredBy<Name, Events, T>, ReactionContext<Commands>>,
  ): ActorWithWildcard<Name, State, Commands, Events>
}
