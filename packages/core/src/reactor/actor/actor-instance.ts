import type { EmittedEvent } from "../../decider/emitted-event.ts"
import type { KeyOf } from "../../decider/names.ts"
import type {
  AnyCommand,
  AnyEvent,
  InvalidMessage,
  MessageOf,
  PayloadArguments,
  PayloadIn,
  PayloadOut,
} from "../../message/definition.ts"
import type { StreamId, Version } from "../../message/ids.ts"
import type { Message } from "../../message/message.ts"

/** One actor in memory: no runtime, no storage. Its command methods (`cart.addItem(payload)`) stand beside these members. */
export interface ActorInstance<State, Commands extends AnyCommand, Events extends AnyEvent> {
  readonly id: StreamId
  readonly state: State
  /** How many events its state comes from. */
  readonly version: Version
  /** Decides a command, evolves by the events it leads to, and gives them. Throws what the decide function throws, `UnhandledCommand`, `ForeignStream`. */
  decide<const Type extends string>(
    command: Message<Type, unknown, "command"> & RefuseUnhandled<Commands, Type>,
  ): readonly EmittedOf<Events>[]
  /** Evolves by events that happened, in order. Throws `ForeignStream`, `StaleVersion`. */
  evolve(events: readonly (MessageOf<Events> & { readonly version?: Version })[]): this
}

/** The events a decision emits. */
export type EmittedOf<Events extends AnyEvent> = Events extends AnyEvent
  ? EmittedEvent<Events["type"], PayloadOut<Events>>
  : never

/** A command that the actor does not decide is refused by name. */
export type RefuseUnhandled<Commands extends AnyCommand, Type extends string> = [Type] extends [Commands["type"]]
  ? unknown
  : {
      readonly refused: `this actor does not decide ${Type}: add .command(…) for it, or send it to the actor that does`
    }

/** One method per command: makes and decides it in memory. An invalid payload gives the invalid message and no events. */
export type CommandMethods<Commands extends AnyCommand, Events extends AnyEvent> = {
  readonly [D in Commands as KeyOf<D["type"]>]: (...payload: PayloadArguments<PayloadIn<D>>) => CommandResult<D, Events>
}

/** What a command method gives. `"errors" in command` tells an invalid one. */
export type CommandResult<D extends AnyCommand, Events extends AnyEvent> = readonly [
  command: MessageOf<D> | InvalidMessage<D["type"], "command">,
  events: readonly EmittedOf<Events>[],
]
