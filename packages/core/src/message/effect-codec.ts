import type { Coded, PayloadCodec } from "./codec.ts"
import { deepFreeze } from "./deep-freeze.ts"
import { type EffectResult, loadEffect } from "./load-effect.ts"
import type { EffectSchema } from "./payload-schema.ts"
import { plainJson } from "./plain-json.ts"
import { type Ran, runEffect } from "./run-effect.ts"

const ALL = { errors: "all" } as const

/** An Effect Schema makes payloads from their decoded form, decodes forms, and is stored through its own JSON codec. */
export function effectCodec(type: string, schema: EffectSchema): PayloadCodec {
  const effect = loadEffect()
  const wire = effect.Schema.toCodecJson(schema)
  const fromForm = effect.Schema.decodeUnknownResult(schema, ALL)
  const fromWire = effect.Schema.decodeUnknownResult(wire, ALL)
  const toWire = effect.Schema.encodeUnknownResult(wire, ALL)
  const run = (work: () => EffectResult): Ran => runEffect(effect, type, work)

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
