import type { Coded, PayloadCodec } from "./codec.ts"
import { deepFreeze } from "./deep-freeze.ts"
import { DefinitionError } from "./definition-error.ts"
import { dotted, type FieldError } from "./field-error.ts"
import { type EffectModules, type EffectResult, loadEffect } from "./load-effect.ts"
import type { EffectSchema } from "./payload-schema.ts"
import { plainJson } from "./plain-json.ts"

const ALL = { errors: "all" } as const

/** An Effect Schema makes payloads from their decoded form, decodes forms, and is stored through its own JSON codec. */
export function effectCodec(type: string, schema: EffectSchema): PayloadCodec {
  const effect = loadEffect()
  const wire = effect.Schema.toCodecJson(schema)
  const fromForm = effect.Schema.decodeUnknownResult(schema, ALL)
  const fromWire = effect.Schema.decodeUnknownResult(wire, ALL)
  const toWire = effect.Schema.encodeUnknownResult(wire, ALL)
  const run = (work: () => EffectResult): Ran => ran(effect, type, work)

  const stored = (made: Ran): Coded => {
    if (!made.ok) return made
    const encoded = run(() => toWire(made.value))
    if (!encoded.ok) return encoded
    const plain = plainJson(encoded.value)
    if ("errors" in plain) return { ok: false, errors: plain.errors }
    deepFreeze(made.value)
    return { ok: true, payload: made.value, stored: plain.json }
  }
  return {
    make: (input) => stored(run(() => ({ _tag: "Success", success: schema.make(input, { parseOptions: ALL }) }))),
    parse: (input) => stored(run(() => fromForm(input))),
    decode(json) {
      const decoded = run(() => fromWire(json))
      if (!decoded.ok) return decoded
      deepFreeze(decoded.value)
      return { ok: true, payload: decoded.value }
    },
  }
}

type Ran =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

/** Runs a step of Effect's: its issues become field errors, asynchronous work is refused, other errors go through. */
function ran(effect: EffectModules, type: string, work: () => EffectResult): Ran {
  try {
    const result = work()
    return result._tag === "Success" ? { ok: true, value: result.success } : failed(effect, result.failure.issue)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (effect.SchemaIssue.isIssue(cause)) return failed(effect, cause)
    if (!isAsync(cause)) throw error
    throw new DefinitionError(
      `the schema of ${type} works asynchronously: messages are checked where they are made, so give it synchronous steps only, and do the rest before`,
      { cause: error },
    )
  }
}

function failed(effect: EffectModules, issue: unknown): Ran {
  const { issues } = effect.SchemaIssue.makeFormatterStandardSchemaV1()(issue)
  return { ok: false, errors: issues.map(({ path, message }) => ({ path: dotted(path), message })) }
}

/** Effect run synchronously dies of `AsyncFiberError` where a step has to wait. */
function isAsync(cause: unknown): boolean {
  if (typeof cause !== "object" || cause === null || !("reasons" in cause) || !Array.isArray(cause.reasons))
    return false
  return cause.reasons.some((reason: unknown) => {
    if (typeof reason !== "object" || reason === null || !("defect" in reason)) return false
    const { defect } = reason
    return typeof defect === "object" && defect !== null && "_tag" in defect && defect._tag === "AsyncFiberError"
  })
}
