import { createRequire } from "node:module"

import { DefinitionError } from "./definition-error.ts"

/** The parts of `effect` that payloads need, by their structure: `import * as Schema from "effect/Schema"` and `"effect/SchemaIssue"` fit. */
export interface EffectModules {
  readonly Schema: {
    toCodecJson(schema: object): object
    Struct(fields: Readonly<Record<string, object>>): object
    decodeUnknownResult(schema: object, options: { readonly errors: "all" }): (input: unknown) => EffectResult
    encodeUnknownResult(
      schema: object,
      options: { readonly errors: "all"; readonly onExcessProperty?: "error" },
    ): (input: unknown) => EffectResult
  }
  readonly SchemaIssue: {
    makeFormatterStandardSchemaV1(): IssueFormatter["format"]
    isIssue(value: unknown): boolean
  }
}

/** Effect's `Result`, as far as it is looked at. */
export type EffectResult =
  | { readonly _tag: "Success"; readonly success: unknown }
  | { readonly _tag: "Failure"; readonly failure: { readonly issue: unknown } }

/** A method, for its parameter has to fit Effect's own narrower one. */
export interface IssueFormatter {
  format(issue: unknown): {
    readonly issues: readonly {
      readonly message: string
      readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
    }[]
  }
}

let given: EffectModules | undefined

/** Hands Millrace the modules of `effect`, where it can not find them by itself (an application bundled into one file). Call it before the first definition. */
export function useEffectModules(modules: EffectModules): void {
  given = modules
}

/**
 * The modules of `effect`, which whoever made an Effect Schema has loaded already: looking them up then costs nothing, and who uses
 * no Effect Schema never loads them. `require` gives the same instance as `import` on every Node that Millrace runs on.
 */
export function loadEffect(): EffectModules {
  given ??= find()
  return given
}

function find(): EffectModules {
  const require: (id: string) => unknown = createRequire(import.meta.url)
  try {
    const modules: { readonly Schema: unknown; readonly SchemaIssue: unknown } = {
      Schema: require("effect/Schema"),
      SchemaIssue: require("effect/SchemaIssue"),
    }
    if (isEffectFour(modules)) return modules
  } catch (cause) {
    throw new DefinitionError(notFound, { cause })
  }
  throw new DefinitionError(notFound)
}

function isEffectFour(modules: { readonly Schema: unknown; readonly SchemaIssue: unknown }): modules is EffectModules {
  const { Schema, SchemaIssue } = modules
  if (typeof Schema !== "object" || Schema === null || typeof SchemaIssue !== "object" || SchemaIssue === null)
    return false
  return (
    "toCodecJson" in Schema &&
    "Struct" in Schema &&
    "decodeUnknownResult" in Schema &&
    "encodeUnknownResult" in Schema &&
    "makeFormatterStandardSchemaV1" in SchemaIssue &&
    "isIssue" in SchemaIssue
  )
}

const notFound =
  "an Effect Schema was given, but @millrace/core does not find the package effect (4.1 or later) that made it: " +
  "install effect beside it, or hand its modules over with useEffectModules({ Schema, SchemaIssue })"
