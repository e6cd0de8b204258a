import { describe, expect, expectTypeOf, it } from "vitest"

import { createApp, type ProjectionStateOf, silentLogger, type StateOf, type StreamId } from "../../src/index.ts"
import * as face from "./face.ts"

const item = { productId: "p1", price: 1000, quantity: 2 }

describe("the face", () => {
  it("infers its types without casts", () => {
    type Item = { readonly productId: string; readonly price: number; readonly quantity: number }
    expectTypeOf(face.AddItem("cart-1", item).payload).toEqualTypeOf<Item>()
    expectTypeOf(face.Cart.commands.addItem("cart-1", item).payload).toEqualTypeOf<Item>()
    expectTypeOf<StateOf<typeof face.Cart>["items"][number]>().toEqualTypeOf<Item>()
    expectTypeOf<ProjectionStateOf<typeof face.CartTotals>>().toEqualTypeOf<{ id: StreamId; total: number }>()
    expectTypeOf(face.Cart.create("cart-1").addItem(item)[1][0]?.type).toEqualTypeOf<"carts.item_added" | undefined>()
    const parsed = face.AddItem.parse("cart-1", item)
    expectTypeOf(parsed.ok).toEqualTypeOf<boolean>()
    if (parsed.ok) expectTypeOf(parsed.message.payload).toEqualTypeOf<Item>()
    expect(parsed.ok).toBe(true)
  })

  it("runs as it is written", async () => {
    const { CartRows: _needsPostgres, Ping: _ping, Pong: _pong, ...reactors } = face
    const app = await createApp({ reactors, logger: silentLogger })
    await app.dispatch(face.AddItem("cart-1", item))
    await app.drain()
    const { state, events } = await app.execute(face.AddItem("cart-1", item))
    const refused = await app.execute(face.AddItem.parse("cart-1", { productId: "p1" }))
    const { state: cart } = await app.load(face.Cart, "cart-1")
    await app.drain()
    const totals = await app.projection(face.CartTotals).get("cart-1")
    await app.close()
    expect([state.items.length, events.length, cart.items.length]).toEqual([2, 1, 2])
    expect(refused).toMatchObject({ ok: false, errors: [{ path: "price" }, { path: "quantity" }] })
    expect(totals).toEqual({ id: "cart-1", total: 4000 })
  })
})
