import type { FieldError } from "../message/field-error.ts"
import type { Version } from "../message/ids.ts"
import type { Message } from "../message/message.ts"
import type { EmittedOf } from "../reactor/actor/actor-instance.ts"
import type { AnyActor, CommandsOf, EventsOf, StateOf } from "../reactor/actor/actor-types.ts"
import type { WriteOptions } from "../store/store.ts"

/** What `execute` takes: a command, or what `.parse` made of outside input. */
export type ExecuteInput =
  | Message<string, unknown, "command">
  | { readonly ok: true; readonly message: Message<string, unknown, "command"> }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

/** What may be set for one execution. */
export interface ExecuteOptions extends WriteOptions {
  /** Also waits until everything that the command set off has settled. Default false. */
  readonly settle?: boolean
  /** How long `settle` waits. Default 30 s. Throws `WaitedTooLong`; the command stays executed. */
  readonly timeoutMs?: number
}

/** The type of the command in an input. */
export type CommandTypeOf<I> = I extends { readonly ok: true; readonly message: { readonly type: infer T } }
  ? T
  : I extends { readonly ok: false }
    ? never
    : I extends { readonly type: infer T }
      ? T
      : never

/** The actor among reactors that decides a type of command. Unknown types are everybody's where the app does not know its reactors. */
export type DeciderOf<R, Type> = [Type] extends [keyof Deciders<R>] ? Extract<Deciders<R>[Type], AnyActor> : never

/** The actors among reactors by the types they decide: worked out once per app, for every call of `execute` looks something up here. */
export type Deciders<R> = (
  R extends AnyActor ? (byType: { readonly [Type in CommandsOf<R>["type"]]: R }) => void : never
) extends (byType: infer All) => void
  ? All
  : never

/** Refuses a command that no registered actor decides, by name. */
export type RefuseUndecided<R, Type> = [DeciderOf<R, Type>] extends [never]
  ? {
      readonly refused: `no actor of this app decides ${Type & string}: register the one that does, or use executeOn(actor, command)`
    }
  : unknown

/** A command decided and stored. */
export interface Execution<A extends AnyActor> {
  /** The actor's state right after it. */
  readonly state: StateOf<A>
  readonly events: readonly EmittedOf<EventsOf<A>>[]
  readonly version: Version
  /** An earlier call with the same idempotency key had done it: these are its events, and the state right after them. */
  readonly duplicate: boolean
}

/** What `execute` answers: field errors as values for parsed input, else the execution. */
export type ExecuteOutput<A extends AnyActor, I> = I extends { readonly ok: boolean }
  ? ({ readonly ok: true } & Execution<A>) | { readonly ok: false; readonly errors: readonly FieldError[] }
  : Execution<A>
