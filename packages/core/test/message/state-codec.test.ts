import { type } from "arktype"
import * as Schema from "effect/Schema"
import * as v from "valibot"
import { describe, expect, it } from "vitest"
import * as z from "zod"

import { stateCodecOf } from "../../src/message/state-codec.ts"
import { callUnchecked } from "../call-unchecked.ts"

const plain = [
  ["Effect Schema", Schema.Struct({ total: Schema.Int, tags: Schema.Array(Schema.String) })],
  ["Zod", z.object({ total: z.int(), tags: z.array(z.string()) })],
  ["Valibot", v.object({ total: v.pipe(v.number(), v.integer()), tags: v.array(v.string()) })],
  ["ArkType", type({ total: "number.integer", tags: "string[]" })],
] as const

describe("the codec of a state", () => {
  for (const [library, schema] of plain) {
    it(`takes a state to JSON and back, free to change and sharing nothing, by a schema of ${library}`, () => {
      const codec = stateCodecOf("a snapshot", schema)
      const state = { total: 3, tags: ["a", "b"] }
      const coded = codec.encode(state)
      expect(coded).toEqual({ ok: true, json: state })
      if (!coded.ok) return
      state.tags.push("c")
      const decoded = codec.decode(coded.json)
      expect(decoded).toEqual({ ok: true, state: { total: 3, tags: ["a", "b"] } })
      if (decoded.ok) Object.assign(decoded.state ?? {}, { total: 4 })
      expect(codec.decode(coded.json)).toMatchObject({ state: { total: 3 } })
    })

    it(`refuses, by a schema of ${library}, what does not fit and what the schema would leave out`, () => {
      const codec = stateCodecOf("a snapshot", schema)
      expect(codec.encode({ total: "3", tags: [] })).toMatchObject({ ok: false, errors: [{ path: "total" }] })
      // ArkType lets other fields through unless it is told to take them away.
      const extra = codec.encode({ total: 3, tags: [], extra: 1 })
      expect(extra).toMatchObject(
        library === "ArkType" ? { json: { extra: 1 } } : { ok: false, errors: [{ path: "extra" }] },
      )
      expect(codec.decode({ total: 3 })).toMatchObject({ ok: false })
    })
  }

  it("names each part of a state that JSON would lose", () => {
    const codec = stateCodecOf("a snapshot", z.record(z.string(), z.unknown()))
    for (const lost of [new Map(), new Date(0), Number.NaN, 7n, () => 0, Symbol("x")]) {
      expect(codec.encode({ in: lost })).toMatchObject({ ok: false, errors: [{ path: "in" }] })
    }
  })

  it("keeps what an Effect Schema encodes: dates, and whatever else has a form in JSON", () => {
    const codec = stateCodecOf("a snapshot", Schema.Struct({ at: Schema.Date, by: Schema.optional(Schema.String) }))
    const coded = codec.encode({ at: new Date(5) })
    expect(coded).toEqual({ ok: true, json: { at: "1970-01-01T00:00:00.005Z" } })
    expect(coded.ok && codec.decode(coded.json)).toEqual({ ok: true, state: { at: new Date(5) } })
  })

  it("refuses what is no schema, and one that works asynchronously", () => {
    expect(() => callUnchecked({ stateCodecOf }, "stateCodecOf", "the snapshot of cart", {})).toThrow(
      /the snapshot of cart needs a schema/,
    )
    const slow = z.object({ total: z.number().refine(async () => true) })
    expect(() => stateCodecOf("the snapshot of cart", slow).encode({ total: 1 })).toThrow(/Promise|async/)
  })
})
