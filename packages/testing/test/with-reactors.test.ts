import { AssertionError } from "node:assert"
import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { actor, command, event, handler, projector } from "@millrace/core"
import { describe, it } from "vitest"

import { assertMessages } from "../src/assert-messages.ts"
import { withReactors } from "../src/scenario/with-reactors.ts"
import { AddItem, Cart, CartClosed, ItemAdded, OrderPlaced, PlaceOrder } from "./shop.ts"

const Pay = command("payments.pay")
const Paid = event("payments.paid")
const Logged = event("telemetry.logged")

const Payment = actor("payment", () => ({ paid: false }))
  .event(Paid, (payment) => {
    payment.paid = true
  })
  .command(Pay, (_payment, _pay, { event }) => {
    event(Paid)
  })

const telemetry = handler("telemetry").on(OrderPlaced, Paid, () => [Logged("telemetry-1")])
const checkout = handler("checkout").on(OrderPlaced, (placed) => [Pay(`${placed.streamId}-payment`)])

const apple = { productId: "apple", quantity: 2 }

describe("withReactors", () => {
  it("runs reactors together on a private log until nothing waits, with history that is settled [S51.a]", async () => {
    await withReactors(Cart, Payment, checkout, telemetry)
      .given(ItemAdded("cart-1", apple), OrderPlaced("cart-9"))
      .when(PlaceOrder("cart-1"))
      .expect(async (stage) => {
        const all = await stage.messages()
        deepEqual(
          all.slice(0, 3).map(({ type }) => type),
          ["shop.item_added", "shop.order_placed", "shop.place_order"],
        )
        const { state } = await stage.app.load(Payment, "cart-1-payment")
        equal(state.paid, true)
        // What was given is history: nobody answered the order of cart-9.
        equal((await stage.app.readStream("cart-9-payment", { include: "all" })).length, 0)
      })
  })

  it("newMessages are exactly what the reactors produced: nothing given, nothing dispatched, nothing missing [S51.b lesson 18]", async () => {
    await withReactors(Cart, Payment, checkout)
      .given(ItemAdded("cart-1", apple))
      .when(PlaceOrder("cart-1"))
      .expect((_stage, newMessages) => {
        assertMessages(newMessages, [OrderPlaced("cart-1"), Pay("cart-1-payment"), Paid("cart-1-payment")])
      })
      .expect(OrderPlaced("cart-1"), Pay("cart-1-payment"), Paid("cart-1-payment"))
    await withReactors(Cart).given(ItemAdded("cart-1", apple)).expect([])
    const lacking = withReactors(Cart).given(ItemAdded("cart-1", apple)).when(PlaceOrder("cart-1")).expect([])
    await rejects(lacking, AssertionError)
  })

  it("batches are as large as in production: commands of one stream are handed out together [S51.a lesson 18]", async () => {
    const sizes: number[] = []
    const batches = {
      name: "batches",
      handledMessages: [AddItem],
      handleBatch: (messages: readonly unknown[]) => {
        sizes.push(messages.length)
        return messages.map(() => undefined)
      },
    }
    const many = Array.from({ length: 40 }, () => AddItem("cart-1", apple))
    await withReactors(batches).when(many).expect([])
    deepEqual(sizes, [40])
  })

  it("a projector knows what was given, and tells nobody about it again [S51.a]", async () => {
    const Placed = projector
      .stateStored("placed", () => ({ orders: 0 }), { partitionBy: "category" })
      .event(OrderPlaced, (state) => {
        state.orders += 1
      })
      .reaction(OrderPlaced, (_state, _placed, { dispatch }) => {
        dispatch(Pay).to("bank-1")
      })
    await withReactors(Placed)
      .given(OrderPlaced("cart-1"), OrderPlaced("cart-2"))
      .when(OrderPlaced("cart-3"))
      .expect(async (stage, newMessages) => {
        deepEqual(await stage.app.projection(Placed).get("cart"), { orders: 3 })
        assertMessages(newMessages, [Pay("bank-1")])
      })
  })

  it("each case has a log of its own [S51.a]", async () => {
    for (let time = 0; time < 2; time += 1) {
      await withReactors(Cart)
        .when(AddItem("cart-1", apple))
        .expect((_stage, newMessages) => equal(newMessages[0]?.version, 1))
    }
  })

  it("time travels on the stage: what is scheduled comes out when its time has come [S53.b]", async () => {
    const later = handler("later").on(ItemAdded, (item) => [
      PlaceOrder(item.streamId).at(new Date(Date.UTC(2030, 0, 1, 0, 20))),
    ])
    await withReactors(Cart, later)
      .when(AddItem("cart-1", apple))
      .expect(async (stage, newMessages) => {
        assertMessages(newMessages, [ItemAdded("cart-1", apple)])
        await stage.advance(19 * 60_000)
        equal((await stage.newMessages()).length, 1)
        await stage.advance(60_000)
        assertMessages(await stage.newMessages(), [
          ItemAdded("cart-1", apple),
          PlaceOrder("cart-1"),
          OrderPlaced("cart-1"),
        ])
      })
  })

  it("a reactor that fails fails the case with its own error, unless the case expects it [S51.a]", async () => {
    await rejects(withReactors(Cart).when(PlaceOrder("cart-1")).expect([]), CartClosed)
    await withReactors(Cart).when(PlaceOrder("cart-1")).expectError(CartClosed)
    await rejects(withReactors(Cart).when(AddItem("cart-1", apple)).expectError(), /none did/)
  })

  it("using it after the assertion is an error [S50.g]", async () => {
    const one = withReactors(Cart).when(AddItem("cart-1", apple))
    await one.expect(ItemAdded("cart-1", apple))
    let refused: unknown
    try {
      one.when(PlaceOrder("cart-1"))
    } catch (error) {
      refused = error
    }
    ok(refused instanceof Error && refused.name === "CaseEnded")
  })
})
