import type { StandardSchemaV1 } from "@standard-schema/spec"

import type { Storable } from "./storable.ts"

/** An Effect Schema by its structure, so that its types hold where `effect` is absent. It may need no services. */
export interface EffectSchema<In = unknown, Out = unknown> {
  readonly "~effect/Schema/Schema": unknown
  readonly Type: Out
  readonly "~type.make.in": In
  readonly DecodingServices: never
  readonly EncodingServices: never
  make(input: In, options?: { readonly parseOptions?: { readonly errors?: "first" | "all" | undefined } }): Out
}

/** A payload's schema: an Effect Schema, or any Standard Schema (Zod, Valibot, ArkType …). */
export type PayloadSchema = EffectSchema | StandardSchemaV1

/** What constructors take. */
export type InputOf<S extends PayloadSchema> = S extends EffectSchema
  ? S["~type.make.in"]
  : S extends StandardSchemaV1
    ? StandardSchemaV1.InferInput<S>
    : never

/** What handlers get. */
export type OutputOf<S extends PayloadSchema> = S extends EffectSchema
  ? S["Type"]
  : S extends StandardSchemaV1
    ? StandardSchemaV1.InferOutput<S>
    : never

/** Refuses a Standard Schema whose output JSON can not hold. (Effect Schemas bring their own JSON codec.) */
export type RefuseUnstorable<S extends PayloadSchema> = S extends EffectSchema
  ? unknown
  : Storable<OutputOf<S>> extends true
    ? unknown
    : {
        readonly refused: "the output of this schema can not be stored as JSON: let it put out strings, numbers, booleans, null, arrays and plain objects, or use an Effect Schema, which encodes Dates and the like"
      }

/**
 * Whether a schema is Effect's. Both kinds may be functions at run time, and an Effect Schema may carry `~standard` as well:
 * only this key tells.
 */
export function isEffectSchema(schema: PayloadSchema): schema is EffectSchema {
  return "~effect/Schema/Schema" in schema
}

/** Whether a value is a payload schema of either kind. */
export function isPayloadSchema(value: unknown): value is PayloadSchema {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false
  return "~effect/Schema/Schema" in value || "~standard" in value
}
