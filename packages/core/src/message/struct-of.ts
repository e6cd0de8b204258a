import type { StandardSchemaV1 } from "@standard-schema/spec"

import { DefinitionError } from "./definition-error.ts"
import { loadEffect } from "./load-effect.ts"
import { isEffectSchema, isPayloadSchema, type PayloadSchema } from "./payload-schema.ts"

/**
 * One schema from the schemas of named fields. Effect Schemas give Effect's own struct; Standard Schemas give a Standard Schema whose
 * output holds the fields' outputs, without those that are `undefined`, and without fields that were not named. Throws `DefinitionError`
 * for a field that is no schema, or where both kinds are mixed.
 */
export function structOf(type: string, fields: Readonly<Record<string, PayloadSchema>>): PayloadSchema {
  const named = Object.entries(fields)
  const stranger = named.find(([, schema]) => !isPayloadSchema(schema))
  if (stranger !== undefined)
    throw new DefinitionError(
      `field ${stranger[0]} of ${type} is not a schema: give an Effect Schema, or a Standard Schema`,
    )
  const effects = named.filter(([, schema]) => isEffectSchema(schema))
  if (effects.length === 0)
    return standardStruct(named.flatMap(([name, schema]) => (isStandard(schema) ? [[name, schema] as const] : [])))
  const other = named.find(([, schema]) => !isEffectSchema(schema))
  if (other !== undefined)
    throw new DefinitionError(
      `${type} mixes Effect Schemas with others (field ${other[0]}): give all its fields as Effect Schemas, or none`,
    )
  const struct = loadEffect().Schema.Struct(fields)
  if (!isPayloadSchema(struct)) throw new DefinitionError(`the fields of ${type} make no schema`)
  return struct
}

function isStandard(schema: PayloadSchema): schema is StandardSchemaV1 {
  return "~standard" in schema
}

function standardStruct(fields: readonly (readonly [string, StandardSchemaV1])[]): StandardSchemaV1 {
  return {
    "~standard": {
      version: 1,
      vendor: "millrace",
      validate(input) {
        if (typeof input !== "object" || input === null || Array.isArray(input))
          return { issues: [{ message: "Expected an object with named fields" }] }
        const given = new Map(Object.entries(input))
        const results = fields.map(([name, schema]) => [name, schema["~standard"].validate(given.get(name))] as const)
        if (results.some(([, result]) => result instanceof Promise)) return joined(results)
        return joinedNow(results)
      },
    },
  }
}

type Result = StandardSchemaV1.Result<unknown>

/** An asynchronous field makes the whole asynchronous, which whoever uses it refuses. */
async function joined(results: readonly (readonly [string, Result | Promise<Result>])[]): Promise<Result> {
  return joinedNow(await Promise.all(results.map(async ([name, result]) => [name, await result] as const)))
}

function joinedNow(results: readonly (readonly [string, Result | Promise<Result>])[]): Result {
  const issues: StandardSchemaV1.Issue[] = []
  const value: Record<string, unknown> = {}
  for (const [name, result] of results) {
    if (result instanceof Promise) continue
    if (result.issues !== undefined) {
      issues.push(...result.issues.map((issue) => ({ ...issue, path: [name, ...(issue.path ?? [])] })))
    } else if (result.value !== undefined) {
      Object.defineProperty(value, name, { value: result.value, enumerable: true, writable: true, configurable: true })
    }
  }
  return issues.length > 0 ? { issues } : { value }
}
