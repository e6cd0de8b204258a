import { isEffectSchema, isPayloadSchema, type JsonObject, type PayloadSchema } from "@millrace/core"

import { type Api, ON_BUS } from "../api/api.ts"
import type { EventOnBus } from "../api/event-on-bus.ts"
import type { ApiSchema } from "./published.ts"

/** A schema that takes anything: what is known of one that can not be described. */
const ANYTHING: JsonObject = {}

/**
 * An API's schema, as JSON Schema of what is stored. Effect Schemas describe themselves, and so do Standard Schemas that offer `~standard.jsonSchema` (Zod's and
 * others'); the parameters of one that does not are named, and may be anything.
 */
export async function describeApi(api: Pick<Api, typeof ON_BUS>): Promise<ApiSchema> {
  const described: [string, JsonObject][] = []
  for (const event of api[ON_BUS].values()) described.push([event.definition.type, await describeEvent(event)])
  return Object.fromEntries(described.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

async function describeEvent({ schema, shape }: EventOnBus): Promise<JsonObject> {
  if (isEffectSchema(schema)) return describeEffect(schema)
  if (isPayloadSchema(shape)) return describeStandard(shape)
  const parameters = Object.entries(shape)
  return {
    type: "object",
    properties: Object.fromEntries(parameters.map(([name, one]) => [name, describeStandard(one)])),
    required: parameters.filter(([, one]) => !mayBeLeftOut(one)).map(([name]) => name),
  }
}

/** Loads what an Effect Schema's author has loaded already. */
async function describeEffect(schema: PayloadSchema): Promise<JsonObject> {
  const { isSchema, toJsonSchemaDocument } = await import("effect/Schema")
  if (!isSchema(schema)) return ANYTHING
  const { schema: described, definitions } = toJsonSchemaDocument(schema)
  return jsonObject({ ...described, ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }) })
}

/** What a Standard Schema puts out is what is stored. */
function describeStandard(schema: PayloadSchema): JsonObject {
  const standard: unknown = Reflect.get(schema, "~standard")
  const offered = property(property(standard, "jsonSchema"), "output")
  if (typeof offered !== "function") return ANYTHING
  try {
    return jsonObject(Reflect.apply(offered, undefined, [{ target: "draft-2020-12" }]))
  } catch {
    return ANYTHING
  }
}

/** A Standard Schema does not say whether it takes `undefined`, so it is asked. */
function mayBeLeftOut(schema: PayloadSchema): boolean {
  if (!("~standard" in schema)) return false
  const result = schema["~standard"].validate(undefined)
  return !(result instanceof Promise) && result.issues === undefined && result.value === undefined
}

function property(of: unknown, name: string): unknown {
  return (typeof of === "object" || typeof of === "function") && of !== null ? Reflect.get(of, name) : undefined
}

/** What a library gives, as JSON and without its `$schema`. */
function jsonObject(given: unknown): JsonObject {
  const parsed: unknown = JSON.parse(JSON.stringify(given ?? {}))
  if (!isObject(parsed)) return ANYTHING
  return Object.fromEntries(Object.entries(parsed).filter(([name]) => name !== "$schema"))
}

/** What came out of `JSON.parse` and is an object is one of JSON's. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
