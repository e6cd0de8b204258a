import type { Coded, PayloadCodec } from "./codec.ts"
import { deepFreeze } from "./deep-freeze.ts"
import { plainJson } from "./plain-json.ts"

/** A payload that is stored as it is. */
export function coded(value: unknown): Coded {
  const plain = plainJson(value)
  return "json" in plain ? { ok: true, payload: plain.json, stored: plain.json } : { ok: false, errors: plain.errors }
}

/** Definitions without a schema have no payload: `null`. */
export const noPayload: PayloadCodec = {
  make: refuseAny,
  parse: refuseAny,
  decode(stored) {
    deepFreeze(stored)
    return { ok: true, payload: stored }
  },
}

function refuseAny(input: unknown): Coded {
  if (input === undefined || input === null) return { ok: true, payload: null, stored: null }
  return {
    ok: false,
    errors: [{ path: "", message: "has no payload: give its definition a schema to let it carry one" }],
  }
}
