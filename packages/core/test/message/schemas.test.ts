import { type } from "arktype"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { describe, expect, it } from "vitest"
import * as z from "zod"

import { command, DefinitionError, encodeMessage, event, InvalidPayload, type PayloadSchema } from "../../src/index.ts"
import { libraries } from "./libraries.ts"
import { storedAs } from "./stored-as.ts"

for (const { name, AddItem } of libraries) {
  describe(`a definition with a schema of ${name}`, () => {
    it("makes messages of what the schema accepts [S1.c]", () => {
      const message = AddItem.build("cart-1", { productId: "p1", price: 1000, quantity: 2 })
      expect(message).toMatchObject({ kind: "command", type: "carts.add_item", streamId: "cart-1" })
      expect(message.payload).toEqual({ productId: "p1", price: 1000, quantity: 2 })
    })

    it("coerces a lax number of a form and fills in defaults [S1.d S2.c]", () => {
      const parsed = AddItem.parse("cart-1", { productId: "p1", price: "1000" })
      expect(parsed).toMatchObject({ ok: true, message: { payload: { productId: "p1", price: 1000, quantity: 1 } } })
    })

    it("fills in defaults where a message is made [S1.d]", () => {
      expect(AddItem.build("cart-1", { productId: "p1", price: 5 }).payload).toEqual({
        productId: "p1",
        price: 5,
        quantity: 1,
      })
    })

    it("says what is wrong with every field [S2.a S2.d]", () => {
      const parsed = AddItem.parse("cart-1", { productId: 7, price: 1, quantity: "many" })
      expect(parsed.ok).toBe(false)
      if (parsed.ok) return
      expect(parsed.errors.map((error) => error.path).toSorted()).toEqual(["productId", "quantity"])
      for (const { message } of parsed.errors) expect(message).not.toBe("")
    })

    it("gives back what was stored", () => {
      const made = AddItem.build("cart-1", { productId: "p1", price: 1000, quantity: 2 })
      expect(AddItem.decode(storedAs(made)).payload).toEqual(made.payload)
    })
  })
}

describe("an Effect Schema", () => {
  const Booked = event("trips.booked", Schema.Struct({ at: Schema.Date, seats: Schema.BigInt }))
  const at = new Date("2030-05-01T10:00:00.000Z")

  it("takes decoded values in constructors, and is stored through its JSON codec", () => {
    const booked = Booked("trip-1", { at, seats: 3n })
    expect(booked.payload.at.getTime()).toBe(at.getTime())
    expect(encodeMessage(booked).payload).toEqual({ at: "2030-05-01T10:00:00.000Z", seats: "3" })
  })

  it("is still encoded after a spread, a change of stream, metadata", () => {
    const booked = Booked("trip-1", { at, seats: 3n })
    for (const other of [{ ...booked }, booked.to("trip-2"), booked.withMetadata({ by: "me" })]) {
      expect(encodeMessage(other).payload).toEqual({ at: "2030-05-01T10:00:00.000Z", seats: "3" })
    }
  })

  it("decodes what was stored", () => {
    const decoded = Booked.decode(storedAs(Booked("trip-1", { at, seats: 3n })))
    expect(decoded.payload).toEqual({ at, seats: 3n })
  })

  it("that a later release changed says which stored message does not fit, and where", () => {
    const stored = storedAs(event("trips.booked", Schema.Struct({ at: Schema.String }))("trip-1", { at: "yesterday" }))
    expect(() => Booked.decode(stored)).toThrow(`message ${stored.id} of type trips.booked was stored with a payload`)
    expect(() => Booked.decode(stored)).toThrow("seats: Missing key")
  })

  it("wins over a Standard Schema in the same value", () => {
    const both = Schema.toStandardSchemaV1(Schema.Struct({ at: Schema.Date }))
    expect("~standard" in both).toBe(true)
    expect(encodeMessage(event("trips.left", both)("trip-1", { at })).payload).toEqual({
      at: "2030-05-01T10:00:00.000Z",
    })
  })

  it("with asynchronous steps is refused", () => {
    const slow = Schema.String.pipe(
      Schema.decodeTo(Schema.String, {
        decode: SchemaGetter.checkEffect(() => Effect.promise(() => Promise.resolve(true))),
        encode: SchemaGetter.passthrough(),
      }),
    )
    const Slow = command("trips.slow", Schema.Struct({ name: slow }))
    expect(() => Slow.parse("trip-1", { name: "x" })).toThrow("the schema of trips.slow works asynchronously")
  })
})

describe("a Standard Schema", () => {
  it("is not validated again when its message is read: a transform would run twice", () => {
    const Renamed = event("carts.renamed", z.object({ name: z.string().transform((name) => `${name}!`) }))
    const made = Renamed("cart-1", { name: "a" })
    expect(made.payload).toEqual({ name: "a!" })
    expect(Renamed.decode(storedAs(made)).payload).toEqual({ name: "a!" })
  })

  it("that is a function at run time is told from one by its key", () => {
    const schema = type({ name: "string" })
    expect(typeof schema).toBe("function")
    expect(event("carts.renamed", schema)("cart-1", { name: "a" }).payload).toEqual({ name: "a" })
  })

  it("that validates asynchronously is refused", () => {
    const Slow = command("carts.slow", z.object({ name: z.string().refine(async () => true) }))
    expect(() => Slow("cart-1", { name: "x" })).toThrow(DefinitionError)
  })

  it("whose output turns out not to be JSON is refused with its path", () => {
    const Loose = command("carts.loose", z.object({ extra: z.unknown() }))
    expect(() => Loose("cart-1", { extra: { when: new Date(0) } })).toThrow(InvalidPayload)
    expect(() => Loose("cart-1", { extra: { when: new Date(0) } })).toThrow("extra.when: JSON can not hold a Date")
  })
})

describe("what is no schema", () => {
  it("is refused where it is given", () => {
    const noSchema: unknown = { productId: "string" }
    expect(() => command("carts.add_item", noSchema as PayloadSchema & { readonly refused: never })).toThrow(
      "the second argument of carts.add_item is not a schema",
    )
  })
})
