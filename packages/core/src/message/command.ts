import { define } from "./define.ts"
import type { CommandDefinition } from "./definition.ts"
import type { InputOf, OutputOf, PayloadSchema, RefuseUnstorable } from "./payload-schema.ts"

/** Defines a command without a payload. */
export function command<const Type extends string>(type: Type): CommandDefinition<Type, void, null>
/** Defines a command whose payload has this schema. */
export function command<const Type extends string, S extends PayloadSchema>(
  type: Type,
  schema: S & RefuseUnstorable<S>,
): CommandDefinition<Type, InputOf<S>, OutputOf<S>>
export function command(type: string, schema?: PayloadSchema): object {
  return define("command", type, schema)
}
