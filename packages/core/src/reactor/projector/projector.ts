import type { AnyEvent, Defined, StoredOf } from "../../message/definition.ts"
import type { StreamId } from "../../message/ids.ts"
import type { ErrorStrategy } from "../error-strategy.ts"
import type { ReactionContext, ReactionFunction } from "../reaction.ts"
import type { PartitionBy } from "../reactor.ts"
import type { StartFrom } from "../start-from.ts"
import type { TxToken } from "../tx-token.ts"
import type { AnyProjector } from "./projector-types.ts"

/** What may be set for a projector's consumer group, which has the projector's name. */
export interface ProjectorOptions<Tx = undefined> {
  /** The storage's own handle for `load` and `sync`: both run inside the transaction that stores the group's progress. */
  readonly tx?: TxToken<Tx>
  /** `log`: all messages in total order, one at a time. Default: in order per stream (or key). */
  readonly order?: "stream" | "log"
  /** A key instead of the stream: all messages of one key reach one state, in position order, one at a time. */
  readonly partitionBy?: PartitionBy
  /** Where the group begins when it is created. Default: at the beginning of the log. */
  readonly startFrom?: StartFrom
  /** What happens to a message whose handling failed. Default: the app's. */
  readonly errorStrategy?: ErrorStrategy
}

/** Where a state is loaded. */
export interface LoadContext<Tx> {
  /** The storage's handle, where the projector asked for it. */
  readonly tx: Tx
}

/** What `sync` gets. */
export interface SyncInput<State, Stored, Tx> {
  readonly id: StreamId
  /** The state after `events`. */
  readonly state: State
  /** The messages that led to it since the last time, in order. */
  readonly events: readonly Stored[]
  /** Whether these were handled before, and the group was reset: exact, a call never mixes the two. */
  readonly replaying: boolean
  /** The storage's handle, where the projector asked for it: what is written through it is stored with the group's progress, or not at all. */
  readonly tx: Tx
  /** The same for every try. Without `tx`, `sync` runs at least once. */
  readonly idempotencyKey: string
}

/** Saves a state. Throwing fails the messages; with `tx` it undoes all they led to. */
export type SyncFunction<State, Stored, Tx> = (input: SyncInput<State, Stored, Tx>) => void | Promise<void>

/** Tells the outside world, after the commit. At most once. */
export type AfterCommitFunction<State, Stored> = (
  input: Pick<SyncInput<State, Stored, undefined>, "id" | "state" | "events" | "replaying">,
) => void | Promise<void>

/** Changes the state by an event, or gives the next one. Pure. */
export type ProjectFunction<State, D extends AnyEvent> = (state: State, message: StoredOf<D>) => State | void

/** The definitions named, one or several. */
export type Named<T, Kind extends Defined = Defined> = T extends readonly (infer One)[]
  ? Extract<One, Kind>
  : Extract<T, Kind>

/** A projector: states that follow from messages. Each call gives a new projector and leaves the one before as it was. */
export interface Projector<Name extends string, State, Events extends AnyEvent, Tx> extends AnyProjector<State> {
  readonly name: Name
  /** Declares events that change nothing: for reactions and `sync`. */
  event<const T extends AnyEvent | readonly AnyEvent[]>(
    definitions: T,
  ): Projector<Name, State, Events | Named<T, AnyEvent>, Tx>
  /** Changes the state by the events of one or several definitions. */
  event<const T extends AnyEvent | readonly AnyEvent[]>(
    definitions: T,
    evolve: ProjectFunction<State, Named<T, AnyEvent>>,
  ): Projector<Name, State, Events | Named<T, AnyEvent>, Tx>
  /** Saves the state where you want it. A state-stored projector without it is kept in Millrace. */
  sync(save: SyncFunction<State, StoredOf<Events>, Tx>): Projector<Name, State, Events, Tx>
  /** Tells the outside world once the projection is stored. */
  afterCommit(tell: AfterCommitFunction<State, StoredOf<Events>>): Projector<Name, State, Events, Tx>
  /** Reacts to every message of the projector that has no reaction of its own. Closes the list of events. */
  reaction(
    react: ReactionFunction<State, StoredOf<Events>, ReactionContext>,
  ): ProjectorWithWildcard<Name, State, Events, Tx>
  /** Reacts to messages once the state has them; stored together with the projection. Skipped while replaying. */
  reaction<const T extends Defined | readonly Defined[]>(
    definitions: T,
    react: ReactionFunction<State, StoredOf<Named<T>>, ReactionContext>,
  ): Projector<Name, State, Events, Tx>
}

/** A projector with a wildcard reaction: it takes no further events, for the wildcard would not know them. */
export interface ProjectorWithWildcard<
  Name extends string,
  State,
  Events extends AnyEvent,
  Tx,
> extends AnyProjector<State> {
  readonly name: Name
  sync(save: SyncFunction<State, StoredOf<Events>, Tx>): ProjectorWithWildcard<Name, State, Events, Tx>
  afterCommit(tell: AfterCommitFunction<State, StoredOf<Events>>): ProjectorWithWildcard<Name, State, Events, Tx>
  reaction<const T extends Defined | readonly Defined[]>(
    definitions: T,
    react: ReactionFunction<State, StoredOf<Named<T>>, ReactionContext>,
  ): ProjectorWithWildcard<Name, State, Events, Tx>
}
