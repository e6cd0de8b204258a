import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as z from "zod"

import { correlate, encodeMessage, event, type StoredMessage, UndecodablePayload } from "../../src/index.ts"

const InEuros = Schema.Struct({ euros: Schema.Number })
const InCents = Schema.Struct({ cents: Schema.Int })
const WithCurrency = Schema.Struct({ cents: Schema.Int, currency: Schema.String })

/** The same event in three releases. */
const First = event("bills.paid", InEuros)
const Second = event("bills.paid", InCents).from(InEuros, ({ euros }) => ({ cents: Math.round(euros * 100) }))
const Third = event("bills.paid", WithCurrency)
  .from(InCents, ({ cents }) => ({ cents, currency: "EUR" }))
  .from(InEuros, ({ euros }) => ({ cents: Math.round(euros * 100) }))

/** As the log has it. */
function stored(message: Parameters<typeof encodeMessage>[0]): StoredMessage {
  const encoded = encodeMessage(message)
  return { ...encoded, position: 1, version: 1, recordedAt: encoded.createdAt }
}

describe("a definition that has had other schemas", () => {
  it("reads what each of them has stored, step by step [M5.b]", () => {
    const releases = [
      First("bill-1", { euros: 12.5 }),
      Second("bill-1", { cents: 1250 }),
      Third("bill-1", { cents: 1250, currency: "EUR" }),
    ]
    expect(releases.map((message) => Third.decode(stored(message)).payload)).toEqual(
      releases.map(() => ({ cents: 1250, currency: "EUR" })),
    )
    expect(releases.slice(0, 2).map((message) => Second.decode(stored(message)).payload)).toEqual([
      { cents: 1250 },
      { cents: 1250 },
    ])
  })

  it("guesses no shape: one that fits several schemas is read by the one it was made with [M5.b]", () => {
    const Euros = event("prices.set", Schema.Struct({ amount: Schema.Int }))
    const Cents = event("prices.set", Schema.Struct({ amount: Schema.Int })).from(
      Schema.Struct({ amount: Schema.Int }),
      ({ amount }) => ({ amount: amount * 100 }),
    )
    expect(Cents.decode(stored(Euros("price-1", { amount: 7 }))).payload).toEqual({ amount: 700 })
    expect(Cents.decode(stored(Cents("price-1", { amount: 700 }))).payload).toEqual({ amount: 700 })
  })

  it("keeps the number of the shape to itself: neither handlers nor what a message causes see it", () => {
    const message = stored(Second("bill-1", { cents: 5 }).withMetadata({ tenant: "mill" }))
    expect(message.metadata).toEqual({ tenant: "mill", "millrace.shape": 1 })
    expect(Second.decode(message).metadata).toEqual({ tenant: "mill" })
    const caused = stored(correlate(message, First("bill-2", { euros: 1 })))
    expect(caused.metadata).toEqual({ tenant: "mill" })
    const copied = stored(First("bill-2", { euros: 1 }).withMetadata(message.metadata))
    expect(copied.metadata).toEqual({ tenant: "mill" })
  })

  it("refuses what a later release has stored, and an upgrade that fails or gives what today's schema refuses", () => {
    const late = stored(Third("bill-1", { cents: 5, currency: "EUR" }))
    expect(() => First.decode(late)).toThrow(UndecodablePayload)
    expect(() => Second.decode(late)).toThrow("it has shape 2, and this definition knows shapes up to 1")
    const old = stored(First("bill-1", { euros: 1.239 }))
    const careless = event("bills.paid", InCents).from(InEuros, ({ euros }) => ({ cents: euros * 100 }))
    expect(() => careless.decode(old)).toThrow("cents")
    const failing = event("bills.paid", InCents).from(InEuros, () => {
      throw new Error("no rate for that day")
    })
    expect(() => failing.decode(old)).toThrow("bringing it on from shape 0 failed: no rate for that day")
  })

  it("may change its library with its shape", () => {
    const Zodded = event("bills.paid", z.object({ cents: z.int(), note: z.string().default("none") })).from(
      InEuros,
      ({ euros }) => ({ cents: euros * 100 }),
    )
    expect(Zodded.decode(stored(First("bill-1", { euros: 2 }))).payload).toEqual({ cents: 200, note: "none" })
    expect(Zodded.is(First("bill-1", { euros: 2 }))).toBe(true)
  })
})
