import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

import { ConfigSchema, type ConfigFile } from "./config-schema.ts"
import { configJsonSchema } from "./json-schema.ts"
import { knownKeys, nearestKey } from "./known-keys.ts"
import { refusalOf } from "./refused.ts"
import type { ConfigPath } from "./source.ts"

/** What is wrong at one path. */
export interface PathProblem {
  readonly path: ConfigPath
  readonly message: string
}

export type Checked =
  | { readonly ok: true; readonly content: ConfigFile }
  | { readonly ok: false; readonly problems: readonly PathProblem[] }

const decode = Schema.decodeUnknownResult(ConfigSchema, { errors: "all" })

/** Checks a config's content: every key has to be known, and its value has to fit. */
export function checkContent(content: unknown): Checked {
  const unknown = unknownKeys(content, [], configJsonSchema())
  const result = decode(content)
  if (result._tag === "Success" && unknown.length === 0) return { ok: true, content: result.success }
  const misfits = result._tag === "Success" ? [] : misfitsOf(result.failure.issue)
  return { ok: false, problems: [...unknown, ...misfits] }
}

function misfitsOf(issue: SchemaIssue.Issue): readonly PathProblem[] {
  const { issues } = SchemaIssue.makeFormatterStandardSchemaV1()(issue)
  return issues.map(({ path, message }) => ({
    path: (path ?? []).map((one) => String(typeof one === "object" ? one.key : one)),
    message,
  }))
}

/** Every key that the schema does not know: refused with its reason, or with the nearest known key. */
function unknownKeys(content: unknown, path: ConfigPath, schema: object): readonly PathProblem[] {
  if (typeof content !== "object" || content === null || Array.isArray(content)) return []
  const known = knownKeys(schema, path)
  return Object.entries(content).flatMap(([key, value]) => {
    const here = [...path, key]
    const refusal = refusalOf(here)
    if (refusal !== undefined) return [{ path: here, message: `can not be set: ${refusal}` }]
    if (known.length > 0 && !known.includes(key)) return [{ path: here, message: unknownMessage(key, known) }]
    return unknownKeys(value, here, schema)
  })
}

function unknownMessage(key: string, known: readonly string[]): string {
  const nearest = nearestKey(key, known)
  return nearest === undefined
    ? `there is no such key: here stand ${known.join(", ")}`
    : `there is no such key: did you mean ${nearest}?`
}
