import type { Json, JsonObject } from "./json.ts"

/**
 * The number of a payload's shape: how many times its definition had been given a new schema (`.from`) when the message was made. It travels in the metadata of
 * the stored message under this key; 0 is not written. Nothing inherits it, and handlers do not see it.
 */
export const SHAPE_KEY = "millrace.shape"

/** A payload as it is stored, and its shape's number. */
export interface StoredForm {
  readonly json: Json
  readonly shape: number
}

/** The shape of a stored message. */
export function shapeOf(metadata: JsonObject): number {
  const shape = metadata[SHAPE_KEY]
  return typeof shape === "number" ? shape : 0
}

/** Metadata as it is stored with a payload of this shape. */
export function withShape(metadata: JsonObject, shape: number): JsonObject {
  if (shapeOf(metadata) === shape) return metadata
  const plain = withoutShape(metadata)
  return shape === 0 ? plain : Object.freeze({ ...plain, [SHAPE_KEY]: shape })
}

/** Metadata as people see it. */
export function withoutShape(metadata: JsonObject): JsonObject {
  if (!(SHAPE_KEY in metadata)) return metadata
  const { [SHAPE_KEY]: _, ...rest } = metadata
  return Object.freeze(rest)
}
