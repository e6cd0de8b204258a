import type { Draft } from "./draft.ts"
import type { FieldError } from "./field-error.ts"
import type { StreamId } from "./ids.ts"
import type { Message, MessageKind, StoredMessage } from "./message.ts"
import type { OutputOf, PayloadSchema, RefuseUnstorable } from "./payload-schema.ts"

/** What every definition of a message has. Covariant and not callable, so that any definition fits `Defined`. */
export interface Defined<
  Kind extends MessageKind = MessageKind,
  Type extends string = string,
  In = unknown,
  Out = unknown,
> {
  readonly kind: Kind
  readonly type: Type
  /** Never set: carries what constructors take and handlers get. */
  readonly "~types"?: { readonly in: In; readonly out: Out }
  /**
   * Whether a message is of this type and kind. Drafts and what handlers get hold the payload this narrows to; a message as the log
   * holds it (`readStream`) goes through `decode` first where the schema encodes.
   */
  readonly is: (message: Pick<Message<string, unknown>, "type" | "kind">) => message is Message<Type, Out, Kind>
  /** Makes a message from an input whose type is not known. Throws `InvalidPayload`. */
  readonly build: (streamId: string, input?: unknown) => Draft<Type, Out, Kind>
  /** A stored message with its payload as handlers get it. Throws `UndecodablePayload`. */
  readonly decode: (stored: StoredMessage) => StoredMessage<Type, Out, Kind>
}

/**
 * A definition of a message: calling it makes one. Required payloads stand as second argument; definitions without a schema take none.
 * `Next`: what the upgrade from the next earlier shape has to give.
 */
export interface Definition<Kind extends MessageKind, Type extends string, In, Out, Next = In> extends Defined<
  Kind,
  Type,
  In,
  Out
> {
  /** Makes a message. Throws `InvalidPayload`, which says what is wrong with every field. */
  (streamId: string, ...payload: PayloadArguments<In>): Draft<Type, Out, Kind>
  /** Makes a message from outside input (a form, a request), coercing what the schema coerces. Does not throw for the input's sake. */
  readonly parse: (streamId: string, input: unknown) => Parsed<Type, Out, Kind>
  /**
   * The same definition, which also reads what was stored when the payload still had an earlier schema. `upgrade` takes such a payload, decoded, and gives what
   * today's constructor takes; of a further `.from`, what the upgrade before it takes: the youngest earlier shape comes first. Messages made from now on
   * carry the number of their shape, so that none is guessed. Give every shape that was ever stored, in its order, and keep them. (The field calls it upcasting.)
   */
  from<S extends PayloadSchema>(
    older: S & RefuseUnstorable<S>,
    upgrade: (payload: OutputOf<S>) => Next,
  ): Definition<Kind, Type, In, Out, OutputOf<S>>
}

/** A command's definition. */
export type CommandDefinition<Type extends string = string, In = unknown, Out = unknown> = Definition<
  "command",
  Type,
  In,
  Out
>

/** An event's definition. */
export type EventDefinition<Type extends string = string, In = unknown, Out = unknown> = Definition<
  "event",
  Type,
  In,
  Out
>

/** Any definition of a command. */
export type AnyCommand = Defined<"command">
/** Any definition of an event. */
export type AnyEvent = Defined<"event">

/** What a definition's constructor takes. */
export type PayloadIn<D extends Defined> = NonNullable<D["~types"]>["in"]
/** What handlers of a definition's messages get. */
export type PayloadOut<D extends Defined> = NonNullable<D["~types"]>["out"]

/** The arguments a payload takes: none without a schema, an optional one where every field has a default. */
export type PayloadArguments<In> = [In] extends [void]
  ? []
  : unknown extends In
    ? [payload?: In]
    : {} extends In
      ? [payload?: In]
      : [payload: In]

/** The outcome of `.parse`. */
export type Parsed<Type extends string = string, Out = unknown, Kind extends MessageKind = MessageKind> =
  | { readonly ok: true; readonly message: Draft<Type, Out, Kind> }
  | {
      readonly ok: false
      readonly message: InvalidMessage<Type, Kind>
      readonly errors: readonly FieldError[]
    }

/** A message that could not be made: what it would have been, and why not. Only these have `errors`. */
export interface InvalidMessage<Type extends string = string, Kind extends MessageKind = MessageKind> {
  readonly kind: Kind
  readonly type: Type
  readonly streamId: StreamId
  /** The input as it was given. */
  readonly payload: unknown
  readonly errors: readonly FieldError[]
}

/** The message of a definition, as handlers get it before it is stored. */
export type MessageOf<D extends Defined> = D extends Defined ? Message<D["type"], PayloadOut<D>, D["kind"]> : never

/** The message of a definition, as handlers get it from the log. */
export type StoredOf<D extends Defined> = D extends Defined ? StoredMessage<D["type"], PayloadOut<D>, D["kind"]> : never
