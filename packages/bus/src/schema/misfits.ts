import type { Json, JsonObject } from "@millrace/core"

import { bounds } from "./bounds.ts"
import { canonical } from "./canonical.ts"

/** Why what one schema allows does not fit another one. */
export interface Misfit {
  /** The parameter, dotted. */
  readonly path: string
  readonly what: string
}

/** How deep schemas are compared: below it they have to be equal. */
const DEPTH = 32

interface Side {
  readonly schema: JsonObject
  /** The whole that it is part of: where `$ref` looks. */
  readonly root: JsonObject
}

interface Pair {
  readonly reader: Side
  readonly writer: Side
  readonly path: string
  readonly depth: number
}

/**
 * What a writer's schema allows that a reader's does not take. Every answer is a possible misfit, and no answer means that there is none; what JSON Schema can
 * say and is not understood here has to be equal.
 */
export function misfits({
  reader,
  writer,
}: {
  readonly reader: JsonObject
  readonly writer: JsonObject
}): readonly Misfit[] {
  return between({
    reader: { schema: reader, root: reader },
    writer: { schema: writer, root: writer },
    path: "",
    depth: 0,
  })
}

function between(pair: Pair): readonly Misfit[] {
  const [reader, writer] = [resolved(pair.reader), resolved(pair.writer)]
  const { path, depth } = pair
  if (
    canonical(reader.schema) === canonical(writer.schema) &&
    canonical(reader.root["$defs"]) === canonical(writer.root["$defs"])
  )
    return []
  if (Object.keys(reader.schema).length === 0) return []
  if (depth > DEPTH) return [{ path, what: "it differs, too deep to say how" }]
  const from = alternatives(writer)
  if (from.length > 1) return from.flatMap((one) => between({ reader, writer: one, path, depth: depth + 1 }))
  const into = alternatives(reader)
  if (into.length > 1) return intoOneOf(into, writer, pair)
  return simple({ reader: into[0] ?? reader, writer: from[0] ?? writer, path, depth })
}

/** A writer's one form has to fit one of the reader's. */
function intoOneOf(into: readonly Side[], writer: Side, { path, depth }: Pair): readonly Misfit[] {
  const tries = into.map((reader) => between({ reader, writer, path, depth: depth + 1 }))
  if (tries.some((found) => found.length === 0)) return []
  return [
    {
      path,
      what: `it may be ${named(writer.schema)}, which is none of ${into.map(({ schema }) => named(schema)).join(", ")}`,
    },
  ]
}

function simple(pair: Pair): readonly Misfit[] {
  const { reader, writer, path } = pair
  const values = valuesOf(writer.schema)
  const allowed = valuesOf(reader.schema)
  if (allowed !== undefined) {
    if (values === undefined)
      return [{ path, what: `it may be ${named(writer.schema)}, and not only ${named(reader.schema)}` }]
    const other = values.filter((value) => !allowed.some((one) => canonical(one) === canonical(value)))
    return other.length === 0 ? [] : [{ path, what: `it may be ${other.map((one) => JSON.stringify(one)).join(", ")}` }]
  }
  if (!fitsType(reader.schema["type"], writer.schema, values))
    return [{ path, what: `it is ${named(writer.schema)}, not ${named(reader.schema)}` }]
  return [...parametersOf(pair), ...itemsOf(pair), ...bounds({ reader: reader.schema, writer: writer.schema, path })]
}

/** Named parameters: what the reader needs has to be there, and what is in both has to fit. */
function parametersOf({ reader, writer, path, depth }: Pair): readonly Misfit[] {
  const wanted = objectAt(reader.schema, "properties")
  const given = objectAt(writer.schema, "properties")
  const sure = new Set(namesAt(writer.schema, "required"))
  const missing = namesAt(reader.schema, "required")
    .filter((name) => !sure.has(name))
    .map((name) => ({
      path: below(path, name),
      what: name in given ? "it may be missing" : "it is missing",
    }))
  const both = Object.entries(wanted).flatMap(([name, schema]) => {
    const other = given[name]
    if (!isObject(schema) || !isObject(other)) return []
    const [readerPart, writerPart] = [
      { schema, root: reader.root },
      { schema: other, root: writer.root },
    ]
    return between({ reader: readerPart, writer: writerPart, path: below(path, name), depth: depth + 1 })
  })
  return [...missing, ...both, ...restOf({ reader, writer, path, depth })]
}

/** A record's values. What a reader does not name and takes as it is needs no look. */
function restOf({ reader, writer, path, depth }: Pair): readonly Misfit[] {
  const [wanted, given] = [reader.schema["additionalProperties"], writer.schema["additionalProperties"]]
  if (!isObject(wanted)) return []
  const schema = isObject(given) ? given : {}
  return between({
    reader: { schema: wanted, root: reader.root },
    writer: { schema, root: writer.root },
    path: below(path, "*"),
    depth: depth + 1,
  })
}

function itemsOf({ reader, writer, path, depth }: Pair): readonly Misfit[] {
  const wanted = reader.schema["items"]
  if (!isObject(wanted)) return []
  const given = writer.schema["items"]
  const schema = isObject(given) ? given : {}
  return between({
    reader: { schema: wanted, root: reader.root },
    writer: { schema, root: writer.root },
    path: below(path, "[]"),
    depth: depth + 1,
  })
}

function resolved(side: Side): Side {
  const { $ref } = side.schema
  if (typeof $ref !== "string") return side
  const target = objectAt(side.root, "$defs")[decodeURIComponent($ref.slice($ref.lastIndexOf("/") + 1))]
  return isObject(target) ? { schema: target, root: side.root } : { ...side, schema: {} }
}

function alternatives({ schema, root }: Side): readonly Side[] {
  const { anyOf, oneOf, type, ...rest } = schema
  const list = isList(anyOf) ? anyOf : isList(oneOf) ? oneOf : undefined
  if (list !== undefined) return list.flatMap((one) => (isObject(one) ? [{ schema: { ...rest, ...one }, root }] : []))
  if (isList(type) && type.length > 1) return type.map((one) => ({ schema: { ...rest, type: one }, root }))
  return [{ schema, root }]
}

function fitsType(wanted: Json | undefined, writer: JsonObject, values: readonly Json[] | undefined): boolean {
  if (wanted === undefined) return true
  const { type } = writer
  if (type === wanted || (wanted === "number" && type === "integer")) return true
  return type === undefined && values !== undefined && values.every((value) => typeOfValue(value) === wanted)
}

function typeOfValue(value: Json): string {
  if (value === null) return "null"
  return Array.isArray(value) ? "array" : typeof value
}

function valuesOf(schema: JsonObject): readonly Json[] | undefined {
  if ("const" in schema && schema["const"] !== undefined) return [schema["const"]]
  return isList(schema["enum"]) ? schema["enum"] : undefined
}

/** A schema in a word or two. */
function named(schema: JsonObject): string {
  const values = valuesOf(schema)
  if (values !== undefined) return values.map((one) => JSON.stringify(one)).join(" | ")
  return typeof schema["type"] === "string" ? schema["type"] : "anything"
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`
}

function objectAt(schema: JsonObject, name: string): JsonObject {
  const value = schema[name]
  return isObject(value) ? value : {}
}

function namesAt(schema: JsonObject, name: string): readonly string[] {
  const value = schema[name]
  return isList(value) ? value.filter((one) => typeof one === "string") : []
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
