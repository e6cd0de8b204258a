import type { StandardSchemaV1 } from "@standard-schema/spec"

import { DefinitionError } from "./definition-error.ts"
import { dotted, type FieldError } from "./field-error.ts"
import { jsonDifference } from "./json-difference.ts"
import type { Json } from "./json.ts"
import { loadEffect } from "./load-effect.ts"
import { type EffectSchema, isEffectSchema, isPayloadSchema, type PayloadSchema } from "./payload-schema.ts"
import { plainJson } from "./plain-json.ts"
import { runEffect } from "./run-effect.ts"

/** A state as JSON, or what in it JSON or its schema can not hold. */
export type CodedState =
  | { readonly ok: true; readonly json: Json }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

/** A state that was stored, or why its schema does not take it. */
export type DecodedState =
  | { readonly ok: true; readonly state: unknown }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

/** Takes a state to storage and back. */
export interface StateCodec {
  /** Refuses a state that would not come back as it is: nothing is rounded, cut or left out in silence. */
  encode(state: unknown): CodedState
  /** Gives a state that shares nothing with `json`, and that evolve functions may change. */
  decode(json: Json): DecodedState
}

/** The two ways of a state by its schema, before what comes back is compared. */
interface Ways {
  toJson(state: unknown): CodedState
  toState(json: Json): DecodedState
}

/**
 * The codec of a state. An Effect Schema encodes it through its own JSON codec. A Standard Schema checks it as the JSON it is, on the way in and on the way out.
 * `what` names the state in errors. Throws `DefinitionError` for what is no schema, or one that works asynchronously.
 */
export function stateCodecOf(what: string, schema: PayloadSchema): StateCodec {
  if (!isPayloadSchema(schema)) {
    throw new DefinitionError(
      `${what} needs a schema, and what it was given is none: give an Effect Schema (version 4), or any Standard Schema (Zod, Valibot, ArkType …)`,
    )
  }
  const ways = isEffectSchema(schema) ? effectWays(what, schema) : standardWays(what, schema)
  return {
    encode(state) {
      const coded = ways.toJson(state)
      if (!coded.ok) return coded
      const back = ways.toState(coded.json)
      if (!back.ok) return back
      const again = ways.toJson(back.state)
      if (!again.ok) return again
      const path = jsonDifference(coded.json, again.json)
      if (path === undefined) return coded
      return { ok: false, errors: [{ path, message: "comes back from its schema as something else" }] }
    },
    decode: (json) => ways.toState(json),
  }
}

function standardWays(what: string, schema: StandardSchemaV1): Ways {
  return {
    toJson(state) {
      const plain = plainJson(state)
      return "json" in plain ? { ok: true, json: plain.json } : { ok: false, errors: plain.errors }
    },
    toState(json) {
      const result = schema["~standard"].validate(structuredClone(json))
      if (result instanceof Promise) {
        result.catch(() => {})
        throw new DefinitionError(`the schema of ${what} validates asynchronously: give it synchronous checks only`)
      }
      if (result.issues === undefined) return { ok: true, state: result.value }
      return { ok: false, errors: result.issues.map(({ path, message }) => ({ path: dotted(path), message })) }
    },
  }
}

function effectWays(what: string, schema: EffectSchema): Ways {
  const effect = loadEffect()
  const wire = effect.Schema.toCodecJson(schema)
  const fromWire = effect.Schema.decodeUnknownResult(wire, { errors: "all" })
  const toWire = effect.Schema.encodeUnknownResult(wire, { errors: "all", onExcessProperty: "error" })
  return {
    toJson(state) {
      const encoded = runEffect(effect, what, () => toWire(state))
      if (!encoded.ok) return encoded
      const plain = plainJson(encoded.value)
      return "json" in plain ? { ok: true, json: plain.json } : { ok: false, errors: plain.errors }
    },
    toState(json) {
      const decoded = runEffect(effect, what, () => fromWire(structuredClone(json)))
      return decoded.ok ? { ok: true, state: decoded.value } : decoded
    },
  }
}
