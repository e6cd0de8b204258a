import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

import { command, DefinitionError, event, InvalidPayload } from "../../src/index.ts"

const Item = Schema.Struct({ productId: Schema.String, price: Schema.Int, quantity: Schema.Int })
const AddItem = command("carts.add_item", Item)
const ItemAdded = event("carts.item_added", Item)
const Notify = command("carts.notify")
const item = { productId: "p1", price: 1000, quantity: 2 }

describe("a definition", () => {
  it("makes messages, and is a value with a type and a kind [S1.a]", () => {
    const message = AddItem("cart-1", item)
    expect(message).toMatchObject({ type: "carts.add_item", kind: "command", streamId: "cart-1", payload: item })
    expect([AddItem.type, AddItem.kind, AddItem.name]).toEqual(["carts.add_item", "command", "carts.add_item"])
    expect([ItemAdded.type, ItemAdded.kind]).toEqual(["carts.item_added", "event"])
  })

  it("without a schema takes no payload, and its messages carry null [S1.a]", () => {
    expect(Notify("cart-1").payload).toBeNull()
    expect(() => Notify.build("cart-1", { text: "x" })).toThrow("has no payload")
  })

  it("tells its own messages from others [S1.b]", () => {
    const messages = [AddItem("cart-1", item), ItemAdded("cart-1", item), Notify("cart-1")]
    expect(messages.map((message) => AddItem.is(message))).toEqual([true, false, false])
    const twin = command("carts.item_added", Item)
    expect(twin.is(ItemAdded("cart-1", item))).toBe(false)
  })

  it("is a key, and stays what it is [S1.b]", () => {
    const known = new Map<object, string>([[AddItem, "add"]])
    expect(known.get(AddItem)).toBe("add")
    expect(Object.isFrozen(AddItem)).toBe(true)
  })

  it("refuses an invalid payload with every field's path and message [S2.a]", () => {
    const refused = thrownBy(() => AddItem.build("cart-1", { productId: 1, price: 1.5 }))
    expect(refused).toBeInstanceOf(InvalidPayload)
    expect(refused).toMatchObject({
      code: "invalid-payload",
      type: "carts.add_item",
      streamId: "cart-1",
      errors: [
        { path: "productId", message: "Expected string" },
        { path: "price", message: "Expected an integer" },
        { path: "quantity", message: "Missing key" },
      ],
      message:
        "carts.add_item for cart-1 has an invalid payload: productId: Expected string; price: Expected an integer; quantity: Missing key",
    })
  })

  it("takes decoded input where it is called: a number of a form is refused there [S2.c]", () => {
    const Lax = command("carts.lax", Schema.Struct({ quantity: Schema.NumberFromString }))
    expect(() => Lax.build("cart-1", { quantity: "2" })).toThrow("quantity: Expected number")
    expect(Lax.parse("cart-1", { quantity: "2" })).toMatchObject({ ok: true, message: { payload: { quantity: 2 } } })
  })

  it("parses without throwing, and answers the errors for a form [S2.d]", () => {
    expect(AddItem.parse("cart-1", item)).toMatchObject({ ok: true, message: { payload: item } })
    const bad = { productId: "p1", price: "x", quantity: 1 }
    const parsed = AddItem.parse("cart-1", bad)
    expect(parsed).toMatchObject({ ok: false, errors: [{ path: "price", message: "Expected number" }] })
    expect(parsed.message).toMatchObject({ type: "carts.add_item", streamId: "cart-1", payload: bad })
    expect(AddItem.parse("cart-1", null)).toMatchObject({ ok: false, errors: [{ path: "" }] })
  })

  it("names nested fields by their dotted path [S2.a]", () => {
    const Order = command("orders.place", Schema.Struct({ lines: Schema.Array(Item) }))
    const parsed = Order.parse("order-1", { lines: [item, { ...item, price: "1" }] })
    expect(parsed).toMatchObject({ ok: false, errors: [{ path: "lines.1.price" }] })
  })

  it("needs a type, and its messages a stream", () => {
    for (const type of ["", " ", "a ".padEnd(3), "x".repeat(201)]) expect(() => command(type)).toThrow(DefinitionError)
    expect(() => AddItem("", item)).toThrow("carts.add_item needs a stream id")
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error("nothing was thrown")
}
