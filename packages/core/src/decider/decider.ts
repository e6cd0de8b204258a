import type { AnyCommand, AnyEvent } from "../message/definition.ts"
import type { StreamId } from "../message/ids.ts"
import type { Message } from "../message/message.ts"
import type { StateCodec } from "../message/state-codec.ts"

/** An event as evolve functions and factories get it. */
export type EventMessage = Message<string, unknown, "event">
/** A command as decide functions get it. */
export type CommandMessage = Message<string, unknown, "command">

/** How an actor decides and evolves: pure, and the same in memory and in the runtime. */
export interface Decider {
  readonly name: string
  /** The state of a stream without events, or, where the factory asks for it, at its first event. */
  readonly initial: (streamId: StreamId, first?: EventMessage) => unknown
  /** The events the actor knows, by type. */
  readonly evolves: ReadonlyMap<string, Evolving>
  /** The types of its own events by their keys: `itemAdded` → `cart.item_added`. */
  readonly eventTypes: ReadonlyMap<string, string>
  /** The commands the actor decides, by type. */
  readonly decides: ReadonlyMap<string, Deciding>
  /** How its states are kept beside their streams, where they are. */
  readonly snapshot?: SnapshotRules
}

/** When a state is kept beside its stream, and as what. */
export interface SnapshotRules {
  /** The number of the state's shape and of what the evolve functions make of it. */
  readonly version: number
  /** A snapshot is taken each time a stream's version passes a multiple of this. */
  readonly every: number
  readonly codec: StateCodec
}

/** An event and how it changes the state, or gives the next one. */
export interface Evolving {
  readonly definition: AnyEvent
  evolve(state: unknown, event: Message<string, unknown>): unknown
}

export type Evolve = Evolving["evolve"]

export interface Deciding {
  readonly definition: AnyCommand
  readonly decide: (state: unknown, command: CommandMessage, context: DecideFacilities) => unknown
}

/** What a decide function gets beside state and command. */
export interface DecideFacilities {
  /** Emits an event, evolves the state by it at once, and gives the state after it. */
  readonly event: (event: AnyEvent | string, payload?: unknown) => unknown
}
