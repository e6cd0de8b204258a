import type { Json, JsonObject } from "@millrace/core"

import { bounds } from "./bounds.ts"
import { canonical } from "./canonical.ts"
import { alternatives, isObject, named, namesAt, objectAt, resolved, type Side, valuesOf } from "./side.ts"

/** Why what one schema allows does not fit another one. */
export interface Misfit {
  /** The parameter, dotted. */
  readonly path: string
  readonly what: string
}

/** How deep schemas are compared: below it they have to be equal. */
const DEPTH = 32

interface Pair {
  readonly reader: Side
  readonly writer: Side
  readonly path: string
  readonly depth: number
  /** What is known of pairs that `$ref` led to. One that is still compared counts as fitting: it is part of itself. */
  readonly known: Map<string, readonly Misfit[]>
}

/**
 * What a writer's schema allows that a reader's does not take. Every answer is a possible misfit; what JSON Schema can say and is not understood here has to be
 * equal. Parameters that a reader does not name are passed over, as the bus does that is not told to be strict. Of a schema that contains itself, a misfit is told where
 * it is met first.
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
    known: new Map(),
  })
}

/** Compares a pair: once, where `$ref` leads to it. */
function between(pair: Pair): readonly Misfit[] {
  const { reader, writer, known } = pair
  if (reader.schema["$ref"] === undefined && writer.schema["$ref"] === undefined) return compared(pair)
  const key = canonical([reader.schema, writer.schema])
  const before = known.get(key)
  if (before !== undefined) return before
  known.set(key, [])
  const found = compared(pair)
  known.set(key, found)
  return found
}

function compared(pair: Pair): readonly Misfit[] {
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
  if (from.length > 1) return from.flatMap((one) => between({ ...pair, reader, writer: one, depth: depth + 1 }))
  const into = alternatives(reader)
  if (into.length > 1) return intoOneOf(into, writer, pair)
  return simple({ ...pair, reader: into[0] ?? reader, writer: from[0] ?? writer })
}

/** A writer's one form has to fit one of the reader's. */
function intoOneOf(into: readonly Side[], writer: Side, pair: Pair): readonly Misfit[] {
  const { path, depth } = pair
  const tries = into.map((reader) => between({ ...pair, reader, writer, depth: depth + 1 }))
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
function parametersOf(pair: Pair): readonly Misfit[] {
  const { reader, writer, path } = pair
  const wanted = objectAt(reader.schema, "properties")
  const given = objectAt(writer.schema, "properties")
  const sure = new Set(namesAt(writer.schema, "required"))
  const missing = namesAt(reader.schema, "required")
    .filter((name) => !sure.has(name))
    .map((name) => ({ path: below(path, name), what: name in given ? "it may be missing" : "it is missing" }))
  const both = Object.entries(wanted).flatMap(([name, schema]) => part(pair, name, schema, given[name]))
  return [...missing, ...both, ...restOf(pair, wanted, given)]
}

/** A reader's record: what a writer names and the reader does not is one of its values, as what the writer's own record holds. */
function restOf(pair: Pair, wanted: JsonObject, given: JsonObject): readonly Misfit[] {
  const values = pair.reader.schema["additionalProperties"]
  if (!isObject(values)) return []
  const unnamed = Object.entries(given).filter(([name]) => !(name in wanted))
  const rest = pair.writer.schema["additionalProperties"]
  return [
    ...unnamed.flatMap(([name, schema]) => part(pair, name, values, schema)),
    ...(isObject(rest) || unnamed.length === 0 ? part(pair, "*", values, isObject(rest) ? rest : {}) : []),
  ]
}

function itemsOf(pair: Pair): readonly Misfit[] {
  return part(pair, "[]", pair.reader.schema["items"], pair.writer.schema["items"] ?? {})
}

/** Compares what two schemas say of one part. Where one says nothing of it, there is nothing to compare. */
function part(pair: Pair, name: string, wanted: Json | undefined, given: Json | undefined): readonly Misfit[] {
  if (!isObject(wanted) || !isObject(given)) return []
  const { reader, writer, path, depth } = pair
  return between({
    ...pair,
    reader: { schema: wanted, root: reader.root },
    writer: { schema: given, root: writer.root },
    path: below(path, name),
    depth: depth + 1,
  })
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

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`
}
