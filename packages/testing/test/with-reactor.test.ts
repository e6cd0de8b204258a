import { AssertionError } from "node:assert"
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict"

import { actor, handler, projector, type Reactor, RETRY } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { CaseEnded } from "../src/scenario/case-ended.ts"
import { withReactor } from "../src/scenario/with-reactor.ts"
import { AddItem, Cart, CartClosed, ItemAdded, OrderPlaced, PlaceOrder } from "./shop.ts"

const apple = { productId: "apple", quantity: 2 }
const pear = { productId: "pear", quantity: 1 }

describe("withReactor", () => {
  it("states a case by definition and payload, on the case's own stream [S50.a]", async () => {
    await withReactor(Cart, "cart-1").when(AddItem, apple).expect(ItemAdded, apple)
    await withReactor(Cart, "cart-1").given(ItemAdded, apple).when(PlaceOrder).expect(OrderPlaced)
  })

  it("states a case by messages, and lists of them [S50.a]", async () => {
    await withReactor(Cart, "cart-1")
      .given(ItemAdded("cart-1", apple), ItemAdded("cart-1", pear))
      .when(PlaceOrder("cart-1"))
      .expect([OrderPlaced("cart-1")])
  })

  it("fails when other messages come out than expected, naming both [S50.a S52.c]", async () => {
    const adding = () => withReactor(Cart, "cart-1").when(AddItem, apple)
    await rejects(adding().expect(ItemAdded, pear), (error) => {
      ok(error instanceof AssertionError)
      ok(error.message.includes("apple") && error.message.includes("pear"), error.message)
      return true
    })
    await rejects(adding().expect(ItemAdded("cart-2", apple)), AssertionError)
    await rejects(adding().expect(OrderPlaced), AssertionError)
    await rejects(adding().expect(ItemAdded("cart-1", apple), ItemAdded("cart-1", apple)), /expected 2/)
  })

  it(".and adds to the step before: given, when, expect [S50.b]", async () => {
    await withReactor(Cart, "cart-1")
      .given(ItemAdded, apple)
      .and(ItemAdded, pear)
      .when(AddItem, apple)
      .and(PlaceOrder)
      .expect(ItemAdded, apple)
      .and(OrderPlaced)
    await withReactor(Cart, "cart-1")
      .given(ItemAdded, apple)
      .and(OrderPlaced)
      .when(AddItem, pear)
      .expectError(CartClosed)
    const short = withReactor(Cart, "cart-1")
      .when(AddItem, apple)
      .and(PlaceOrder)
      .expect(ItemAdded, apple)
      .and(ItemAdded, apple)
    await rejects(short, AssertionError)
  })

  it(".expect([]) says that nothing comes out, and fails when something does [S50.c]", async () => {
    const silent = handler("silent").on(ItemAdded, () => {})
    await withReactor(silent, "cart-1").when(ItemAdded, apple).expect([])
    await rejects(withReactor(Cart, "cart-1").when(AddItem, apple).expect([]), /expected no messages/)
  })

  it("a block gets the low-level actions; blocks and messages mix and chain, each judging the same run [S50.d]", async () => {
    let handled = 0
    const counting = handler("counting").on(ItemAdded, (item) => {
      handled += 1
      return [OrderPlaced(item.streamId)]
    })
    const blocks: string[][] = []
    await withReactor(counting, "cart-1")
      .when(ItemAdded, apple)
      .expect((actions) => {
        equal(handled, 1)
        blocks.push(actions.map(({ kind }) => kind))
      })
      .expect(OrderPlaced)
      .expect((actions) => blocks.push(actions.map(({ kind }) => kind)))
    deepEqual([handled, blocks.length, blocks[0]], [1, 2, blocks[1]])
    ok(blocks[0]?.includes("append-next"), blocks[0]?.join())
  })

  it("a block that fails fails the case, wherever it stands in the chain [S50.d]", async () => {
    const failing = withReactor(Cart, "cart-1")
      .when(AddItem, apple)
      .expect(ItemAdded, apple)
      .expect(() => {
        throw new AssertionError({ message: "not as I wanted it" })
      })
    await rejects(failing, /not as I wanted it/)
  })

  it("errors are expected by class, text, pattern or function [S50.e]", async () => {
    const placing = () => withReactor(Cart, "cart-1").when(PlaceOrder)
    await placing().expectError()
    await placing().expectError(CartClosed)
    await placing().expectError("cart-1 is empty")
    await placing().expectError(/is empty$/)
    await placing().expectError((error) => ok(error instanceof CartClosed))
    await rejects(placing().expectError(TypeError), AssertionError)
    await rejects(placing().expectError("is full"), AssertionError)
    await rejects(
      placing().expectError(() => false),
      AssertionError,
    )
  })

  it("an error nobody expected fails the case as it is, and an expected one that does not come fails it too [S50.e]", async () => {
    await rejects(withReactor(Cart, "cart-1").when(PlaceOrder).expect(OrderPlaced), CartClosed)
    await rejects(withReactor(Cart, "cart-1").when(AddItem, apple).expectError(), /did not/)
  })

  it(".expectRun runs sync blocks before it judges, .expect does not [S50.f]", async () => {
    const saved: number[] = []
    const told: string[] = []
    const Rows = projector
      .eventSourced("rows", () => ({ total: 0 }))
      .event(ItemAdded, (row, item) => {
        row.total += item.payload.quantity
      })
      .sync(({ state }) => {
        saved.push(state.total)
      })
      .afterCommit(() => {
        told.push("committed")
      })
    const counting = () => withReactor(Rows, "cart-1").given(ItemAdded, apple).given(ItemAdded, pear)
    await counting().expect([])
    deepEqual([saved, told], [[], []])
    await counting()
      .expectRun(() => equal(saved.at(-1), 3))
      .expectRun([])
    deepEqual([saved.at(-1), told.length], [3, 1])
  })

  it("given events are history: a state-stored projector knows them, its reactions answer only what comes now [S50.f]", async () => {
    const Totals = projector
      .stateStored("totals", () => ({ total: 0 }))
      .event(ItemAdded, (state, item) => {
        state.total += item.payload.quantity
      })
      .reaction(ItemAdded, (state, item, { dispatch }) => {
        dispatch(AddItem, { productId: item.payload.productId, quantity: state.total })
      })
    await withReactor(Totals, "cart-1")
      .given(ItemAdded, apple)
      .when(ItemAdded, pear)
      .expect(AddItem, { productId: "pear", quantity: 3 })
  })

  it("a projector that needs a tx is refused without one [S50.f]", async () => {
    const needy: Reactor = {
      name: "needy",
      handledMessages: [ItemAdded],
      handle: () => ({ kind: "sync", work: { needsTx: true, run: ({ tx }) => void rows.push(tx) } }),
    }
    const rows: unknown[] = []
    await rejects(withReactor(needy, "cart-1").when(ItemAdded, apple).expectRun([]), /\{ tx \}/)
    await withReactor(needy, "cart-1", { tx: "the handle" }).when(ItemAdded, apple).expectRun([])
    deepEqual(rows, ["the handle"])
  })

  it("using it after the assertion is an error [S50.g]", async () => {
    const one = withReactor(Cart, "cart-1").when(AddItem, apple)
    const stated = one.expect(ItemAdded, apple)
    throws(() => one.given(ItemAdded, apple), CaseEnded)
    throws(() => one.when(AddItem, apple), CaseEnded)
    throws(() => one.expect([]), CaseEnded)
    await stated
    throws(() => stated.expect([]), CaseEnded)
    throws(() => stated.and(ItemAdded, apple), CaseEnded)
    throws(() => stated.expectError(), CaseEnded)
  })

  it("a low-level reactor gets history, replaying and attempt as the case says [S50.a]", async () => {
    const seen: unknown[] = []
    const plain: Reactor = {
      name: "plain",
      handledMessages: [PlaceOrder],
      history: true,
      handle(message, { history, replaying, attempt }) {
        seen.push([message.type, history.map(({ type }) => type), replaying, attempt])
        return RETRY
      },
    }
    await withReactor(plain, "cart-1", { replaying: true, attempt: 3 })
      .given(ItemAdded, apple)
      .when(PlaceOrder)
      .expect((actions) =>
        deepEqual(
          actions.map(({ kind }) => kind),
          ["retry"],
        ),
      )
    deepEqual(seen, [["shop.place_order", ["shop.item_added", "shop.place_order"], true, 3]])
  })

  it("refuses a message that its reactor does not handle, and what is no message [S50.a]", async () => {
    await rejects(withReactor(Cart, "cart-1").when(OrderPlaced).expect([]), /handles no shop.order_placed/)
    // @ts-expect-error a plain object is no message
    throws(() => withReactor(Cart, "cart-1").when({ type: "shop.add_item" }), TypeError)
  })

  it("keeps no snapshots, and begins from none: a case knows what it was given [S50.a]", async () => {
    const Often = actor("counter", () => ({ total: 0 }), {
      snapshot: { version: 1, every: 1, schema: Schema.Struct({ total: Schema.Int }) },
    })
      .event("counted", (state) => void (state.total += 1))
      .command("count", ({ total }, _count, { event }) => {
        if (total >= 3) throw new Error("enough")
        event("counted")
      })
    const { counted } = Often.events
    const { count } = Often.commands
    await withReactor(Often, "counter-1").given(counted).and(counted).when(count).expect(counted)
    await withReactor(Often, "counter-1").given(counted).when(count).expect(counted)
    await withReactor(Often, "counter-1")
      .given(counted)
      .and(counted)
      .and(counted)
      .when(count)
      .expectError(/enough/)
  })

  it("payloads are checked by their definitions when a case is compiled [S50.a]", async () => {
    const cart = () => withReactor(Cart, "cart-1")
    // @ts-expect-error quantity is a number
    throws(() => cart().when(AddItem, { productId: "apple", quantity: "two" }))
    // @ts-expect-error a payload is missing
    throws(() => cart().given(ItemAdded))
    // @ts-expect-error an order takes no payload
    throws(() => cart().when(PlaceOrder, apple))
    // @ts-expect-error a misspelt field
    throws(() => cart().when(AddItem, { product: "apple", quantity: 2 }))
    await cart().when(AddItem, apple).expect(ItemAdded, apple)
  })
})
