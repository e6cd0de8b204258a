import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

import {
  actor,
  type DecideFacilities,
  event,
  ForeignStream,
  InvalidPayload,
  StaleVersion,
  UnhandledCommand,
} from "../../src/index.ts"
import { callUnchecked } from "../call-unchecked.ts"
import { AddItem, apple, Cart, ItemAdded } from "./cart.ts"

const Counted = event("counters.counted", Schema.Struct({ by: Schema.Int }))

describe("an actor in memory", () => {
  it("begins with what its factory gives for a stream id [S10.a S15.a]", () => {
    const cart = Cart.create("cart-1")
    expect([cart.id, cart.version]).toEqual(["cart-1", 0])
    expect(cart.state).toEqual({ id: "cart-1", status: "open", items: [] })
  })

  it("gives its factory the first event where it asks for it [S10.a]", () => {
    const Booking = actor("booking", (id, first) => ({ id, first: first?.type, count: 0 })).event(Counted, (state) => {
      state.count += 1
    })
    const booking = Booking.create("booking-1")
    expect(booking.state).toEqual({ id: "booking-1", first: undefined, count: 0 })
    booking.evolve([Counted("booking-1", { by: 1 }), Counted("booking-1", { by: 1 })])
    expect(booking.state).toEqual({ id: "booking-1", first: "counters.counted", count: 2 })
  })

  it("has a state of any shape: a number, a Map, an instance of a class [S10.b]", () => {
    class Sum {
      total = 0
      add(by: number): void {
        this.total += by
      }
    }
    const Plain = actor("plain", () => 0).event(Counted, (sum, counted) => sum + counted.payload.by)
    const Keyed = actor("keyed", () => new Map<string, number>()).event(Counted, (sums, counted) => {
      sums.set(counted.type, (sums.get(counted.type) ?? 0) + counted.payload.by)
    })
    const Classy = actor("classy", () => new Sum()).event(Counted, (sum, counted) => {
      sum.add(counted.payload.by)
    })
    const events = [Counted("c-1", { by: 2 }), Counted("c-1", { by: 3 })]
    expect(Plain.create("c-1").evolve(events).state).toBe(5)
    expect(Keyed.create("c-1").evolve(events).state.get("counters.counted")).toBe(5)
    expect(Classy.create("c-1").evolve(events).state.total).toBe(5)
  })

  it("evolves by changing its state or by giving the next one [S10.c]", () => {
    const cart = Cart.create("cart-1").evolve([ItemAdded("cart-1", apple)])
    const before = cart.state
    cart.evolve([Cart.events.closed("cart-1", { total: 20 })])
    expect(before.status).toBe("open")
    expect(cart.state).toEqual({ id: "cart-1", status: "closed", items: [apple] })
  })

  it("decides a command: the events it leads to, caused by it and in order [S11.a S15.a]", () => {
    const cart = Cart.create("cart-1")
    const add = AddItem("cart-1", apple).withMetadata({ by: "adam" })
    const events = cart.decide(add)
    expect(events).toMatchObject([
      {
        type: "carts.item_added",
        kind: "event",
        streamId: "cart-1",
        payload: apple,
        version: 1,
        causationId: add.id,
        correlationId: add.correlationId,
        metadata: { by: "adam" },
      },
    ])
    expect([cart.version, cart.state.items]).toEqual([1, [apple]])
  })

  it("validates the events it emits [S11.a]", () => {
    const Loose = actor("loose", () => 0)
      .event(Counted, (sum, counted) => sum + counted.payload.by)
      .command("count", (_sum, _count, { event: emit }) => {
        emit(Counted, { by: 1.5 })
      })
    expect(() => Loose.create("loose-1").count()).toThrow(InvalidPayload)
  })

  it("shows later code of a decide function the state after each event [S11.b]", () => {
    const seen: number[] = []
    const Counter = actor("counter", () => ({ sum: 0 }))
      .event(Counted, (state, counted) => ({ sum: state.sum + counted.payload.by }))
      .command("count", (state, _count, { event: emit }) => {
        const after = emit(Counted, { by: 2 })
        seen.push(state.sum, after.sum, emit(Counted, { by: 3 }).sum)
      })
    const counter = Counter.create("counter-1")
    expect(counter.count()[1].map((one) => one.version)).toEqual([1, 2])
    expect(seen).toEqual([0, 2, 5])
    const cart = Cart.create("cart-1")
    cart.addItem(apple)
    expect(cart.close()[1]).toMatchObject([{ payload: { total: 20 } }])
  })

  it("throws what its decide function throws", () => {
    const cart = Cart.create("cart-1").evolve([Cart.events.closed("cart-1", { total: 0 })])
    expect(() => cart.decide(AddItem("cart-1", apple))).toThrow("cart is not open")
    expect(cart.version).toBe(1)
  })

  it("hydrates by its event handlers, the same way each time [S12.a S15.a]", () => {
    const first = Cart.create("cart-1")
    const events = [...first.decide(AddItem("cart-1", apple)), ...first.decide(AddItem("cart-1", apple))]
    const second = Cart.create("cart-1").evolve(events)
    expect([second.state, second.version]).toEqual([first.state, 2])
  })

  it("counts events that change nothing", () => {
    const cart = Cart.create("cart-1")
    cart.look()
    cart.addItem(apple)
    expect([cart.version, cart.state.items]).toEqual([2, [apple]])
  })

  it("refuses messages of another stream [S15.b]", () => {
    const cart = Cart.create("cart-1")
    expect(() => cart.decide(AddItem("cart-2", apple))).toThrow(ForeignStream)
    expect(() => cart.evolve([ItemAdded("cart-2", apple)])).toThrow(
      'carts.item_added is for cart-2, and this is cart-1: load that stream, or aim the message with .to("cart-1")',
    )
  })

  it("refuses events that do not follow the version it has [S15.b]", () => {
    const cart = Cart.create("cart-1")
    const events = cart.decide(AddItem("cart-1", apple))
    expect(() => cart.evolve(events)).toThrow(StaleVersion)
    expect(() => cart.evolve(events)).toThrow(
      "cart-1 is at version 1, so an event of version 1 can not follow: it was applied already",
    )
    const ahead = events.map((one) => ({ ...one, version: 7 }))
    expect(() => cart.evolve(ahead)).toThrow("load the events in between first")
  })

  it("refuses a command that it does not decide", () => {
    const other = AddItem("cart-1", apple)
    expect(() => callUnchecked(Cart.create("cart-1"), "decide", { ...other, type: "x.y" })).toThrow(UnhandledCommand)
  })

  it("has a method per command, which gives the command and its events [S17.a]", () => {
    const cart = Cart.create("cart-1")
    const [add, events] = cart.addItem(apple)
    expect(add).toMatchObject({ type: "carts.add_item", streamId: "cart-1", payload: apple })
    expect(events).toMatchObject([{ type: "carts.item_added", version: 1 }])
    expect(cart.state.items).toEqual([apple])
  })

  it("answers an invalid payload with the invalid command and no events [S17.b]", () => {
    const cart = Cart.create("cart-1")
    const [add, events] = cart.addItem({ productId: "apple", price: 1.5, quantity: 1 })
    expect(add).toMatchObject({ type: "carts.add_item", errors: [{ path: "price", message: "Expected an integer" }] })
    expect([events, cart.version]).toEqual([[], 0])
  })
})

describe("a decide function", () => {
  it("that is async is refused, and what it emits later too", async () => {
    let late: (() => unknown) | undefined
    const decide = (_sum: unknown, _count: unknown, { event: emit }: DecideFacilities) => {
      late = () => emit(Counted, { by: 1 })
      return Promise.resolve()
    }
    const slow = callUnchecked(actor("slow", () => 0).event(Counted), "command", "count", decide)
    const instance = callUnchecked(slow, "create", "slow-1")
    expect(() => callUnchecked(instance, "count")).toThrow("the decide function of slow.count must not be async")
    expect(late).toThrow("event(…) was called after the decision on slow.count had ended")
  })
})
