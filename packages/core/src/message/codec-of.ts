import type { PayloadCodec } from "./codec.ts"
import { DefinitionError } from "./definition-error.ts"
import { effectCodec } from "./effect-codec.ts"
import { noPayload } from "./json-codec.ts"
import { isEffectSchema, isPayloadSchema, type PayloadSchema } from "./payload-schema.ts"
import { standardCodec } from "./standard-codec.ts"

/** The codec of a definition. Effect's own comes first: an Effect Schema that also carries `~standard` is still stored through its JSON codec. */
export function codecOf(type: string, schema: PayloadSchema | undefined): PayloadCodec {
  if (schema === undefined) return noPayload
  if (!isPayloadSchema(schema)) {
    throw new DefinitionError(
      `the second argument of ${type} is not a schema: give an Effect Schema (version 4), or any Standard Schema (Zod, Valibot, ArkType …)`,
    )
  }
  return isEffectSchema(schema) ? effectCodec(type, schema) : standardCodec(type, schema)
}
