import type { Json, JsonObject } from "@millrace/core"

/** A JSON Schema, and the whole that it is part of: where its `$ref` looks. */
export interface Side {
  readonly schema: JsonObject
  readonly root: JsonObject
}

/** The schema that is meant: what `$ref` points to, or anything where that is not there. */
export function resolved(side: Side): Side {
  const { $ref } = side.schema
  if (typeof $ref !== "string") return side
  const target = objectAt(side.root, "$defs")[decodeURIComponent($ref.slice($ref.lastIndexOf("/") + 1))]
  return isObject(target) ? { schema: target, root: side.root } : { ...side, schema: {} }
}

/** The forms it may have: those of `anyOf`, and of several types. */
export function alternatives({ schema, root }: Side): readonly Side[] {
  const { anyOf, oneOf, type, ...rest } = schema
  const list = isList(anyOf) ? anyOf : isList(oneOf) ? oneOf : undefined
  if (list !== undefined) return list.flatMap((one) => (isObject(one) ? [{ schema: { ...rest, ...one }, root }] : []))
  if (isList(type)) return type.map((one) => ({ schema: { ...rest, type: one }, root }))
  return [{ schema, root }]
}

/** The only values it allows, where it names them. */
export function valuesOf(schema: JsonObject): readonly Json[] | undefined {
  if ("const" in schema && schema["const"] !== undefined) return [schema["const"]]
  return isList(schema["enum"]) ? schema["enum"] : undefined
}

/** A schema in a word or two. */
export function named(schema: JsonObject): string {
  const values = valuesOf(schema)
  if (values !== undefined) return values.map((one) => JSON.stringify(one)).join(" | ")
  return typeof schema["type"] === "string" ? schema["type"] : "anything"
}

/** What it says under a name, as an object; an empty one where it says nothing. */
export function objectAt(schema: JsonObject, name: string): JsonObject {
  const value = schema[name]
  return isObject(value) ? value : {}
}

/** The names in a list of it. */
export function namesAt(schema: JsonObject, name: string): readonly string[] {
  const value = schema[name]
  return isList(value) ? value.filter((one) => typeof one === "string") : []
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
