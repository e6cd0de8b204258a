import type { KeyOf } from "../decider/names.ts"
import type { AnyCommand, PayloadArguments, PayloadIn } from "../message/definition.ts"
import type { JsonObject } from "../message/json.ts"

/**
 * Dispatches a command from a reaction: it is stored together with the reaction's progress. It goes to the stream of the message
 * reacted to, at once, unless what it returns is told otherwise. Throws `InvalidPayload`.
 */
export interface Dispatch<Commands extends AnyCommand = never> {
  <const D extends AnyCommand | KeyOf<Commands["type"]>>(
    command: D,
    ...payload: DispatchArguments<Commands, D>
  ): Dispatched<DispatchedType<Commands, D>>
}

/** A command on its way: where to, when, with what metadata. */
export interface Dispatched<Type extends string = string> {
  /** To another stream; or, with an actor, to a new stream of its own category. */
  to(target: string | Recipient<Type>): Dispatched<Type>
  /** At a date. One that has passed means now. */
  at(date: Date): Dispatched<Type>
  /** With metadata of its own, over what it inherits. */
  withMetadata(metadata: JsonObject): Dispatched<Type>
}

/** An actor that decides a command. */
export interface Recipient<in Type extends string = string> {
  readonly name: string
  readonly decides: (type: Type) => boolean
}

/** The command of an actor under a key. */
export type CommandByKey<Commands extends AnyCommand, Key extends string> = Commands extends AnyCommand
  ? Key extends KeyOf<Commands["type"]>
    ? Commands
    : never
  : never

/** The arguments of the payload of a command, given by definition or key. */
export type DispatchArguments<Commands extends AnyCommand, D> = D extends AnyCommand
  ? PayloadArguments<PayloadIn<D>>
  : D extends string
    ? PayloadArguments<PayloadIn<CommandByKey<Commands, D>>>
    : never

/** The type of a command, given by definition or key. */
export type DispatchedType<Commands extends AnyCommand, D> = D extends AnyCommand
  ? D["type"]
  : D extends string
    ? CommandByKey<Commands, D>["type"]
    : never
