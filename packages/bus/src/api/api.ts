import {
  type AnyEvent,
  DefinitionError,
  type EventDefinition,
  type InlineType,
  type OutputOf,
  type PayloadSchema,
  type RefuseUnstorable,
  type Storable,
} from "@millrace/core"

import { type EventOnBus, eventOnBus } from "./event-on-bus.ts"
import type { EventShape, ShapeIn, ShapeOut } from "./parameters.ts"
import { RESERVED } from "./reserved.ts"

/** An API: a name, and the events that its service fires. */
export interface Api<
  Name extends string = string,
  Events extends Readonly<Record<string, AnyEvent>> = Readonly<Record<string, AnyEvent>>,
> {
  readonly name: Name
  /** Its events' definitions, by their keys: an actor reacts to `Auth.events.userCreated` as to any event. */
  readonly events: Events
  readonly [ON_BUS]: ReadonlyMap<string, EventOnBus>
}

/** What the bus needs to know of an API's events, by their keys. */
export const ON_BUS: unique symbol = Symbol.for("millrace.bus.events")

/** The definitions of events given by their shapes: `userCreated` of `auth` has the type `auth.user_created`. */
export type DefinitionsOf<Name extends string, Shapes extends Readonly<Record<string, EventShape>>> = {
  readonly [Key in keyof Shapes & string]: EventDefinition<
    InlineType<Name, Key>,
    ShapeIn<Shapes[Key]>,
    ShapeOut<Shapes[Key]>
  >
}

type RefuseUnstorableShape<S extends EventShape> = S extends PayloadSchema
  ? RefuseUnstorable<S>
  : { readonly [K in keyof S]: S[K] extends PayloadSchema ? RefuseField<S[K]> : unknown }

/** A parameter may be left out, so its schema may put out `undefined`, which a whole payload may not. */
type RefuseField<S extends PayloadSchema> =
  undefined extends OutputOf<S>
    ? Storable<Exclude<OutputOf<S>, undefined>> extends true
      ? unknown
      : RefuseUnstorable<S>
    : RefuseUnstorable<S>

/**
 * Defines an API. Each event has named parameters (`{ username: Schema.String }`, `{}` for none) or the schema of its whole payload.
 * Throws `DefinitionError` for a name that can not be used, and for two keys that mean one type (`fooBar`, `foo_bar`).
 */
export function api<const Name extends string, const Shapes extends Readonly<Record<string, EventShape>>>(
  name: Name,
  events: Shapes & { readonly [Key in keyof Shapes]: RefuseUnstorableShape<Shapes[Key]> },
): Api<Name, DefinitionsOf<Name, Shapes>>
export function api(name: string, shapes: Readonly<Record<string, EventShape>>): object {
  requireApiName(name)
  const onBus = new Map<string, EventOnBus>()
  const keyOfType = new Map<string, string>()
  for (const [key, shape] of Object.entries(shapes)) {
    const made = eventOnBus(name, key, shape)
    const { type } = made.definition
    const other = keyOfType.get(type)
    if (other !== undefined) {
      throw new DefinitionError(
        `${name} has the events ${other} and ${key}, which are both of type ${type}: rename one`,
      )
    }
    keyOfType.set(type, key)
    onBus.set(key, made)
  }
  const events = Object.fromEntries([...onBus].map(([key, { definition }]) => [key, definition]))
  return Object.freeze({ name, events: Object.freeze(events), [ON_BUS]: onBus })
}

/** An API's name is a property of the bus, the category of its streams, and the beginning of its types. */
const API_NAME = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$/i

function requireApiName(name: string): void {
  if (!API_NAME.test(name)) {
    throw new DefinitionError(
      `${JSON.stringify(name)} can not be the name of an API: take letters, digits and underscores, such as "competitor_prices" or "support.cases"`,
    )
  }
  if (RESERVED.has(name)) {
    throw new DefinitionError(`no API can be named ${name}: every bus has a property of that name already`)
  }
}
