import { define } from "./define.ts"
import type { EventDefinition } from "./definition.ts"
import type { InputOf, OutputOf, PayloadSchema, RefuseUnstorable } from "./payload-schema.ts"

/** Defines an event without a payload. */
export function event<const Type extends string>(type: Type): EventDefinition<Type, void, null>
/** Defines a event whose payload has this schema. */
export function event<const Type extends string, S extends PayloadSchema>(
  type: Type,
  schema: S & RefuseUnstorable<S>,
): EventDefinition<Type, InputOf<S>, OutputOf<S>>
export function event(type: string, schema?: PayloadSchema): object {
  return define("event", type, schema)
}
