import { describe, expect, it } from "vitest"

import {
  actor,
  AppendAfter,
  AppendNext,
  handler,
  isReactor,
  NotAReactor,
  OK,
  projector,
  REGISTRATION,
  RETRY,
  type Reactor,
  Schedule,
  Sync,
  toRegistration,
} from "../../src/index.ts"
import { AddItem, apple, Cart, ItemAdded } from "../actor/cart.ts"
import { shelf } from "./shelf.ts"

describe("a low-level reactor", () => {
  it("gets decoded messages where it named definitions, and answers with actions", async () => {
    const log = shelf()
    const at = new Date("2031-01-01T00:00:00.000Z")
    const Everything: Reactor = {
      name: "everything",
      handledMessages: [ItemAdded, "cart.looked"],
      handle(message) {
        if (ItemAdded.is(message)) {
          return [
            OK,
            AppendNext([AddItem("cart-2", message.payload)]),
            Schedule([AddItem("cart-3", message.payload)], at),
          ]
        }
        return Sync(() => {})
      },
    }
    const outcome = await log.handle(Everything, log.put(ItemAdded("cart-1", apple), Cart.events.looked("cart-1")))
    expect(outcome.done.map((one) => one.actions)).toMatchObject([
      [{ kind: "ok" }, { kind: "append-next" }, { kind: "schedule", at: at.getTime() }],
      [{ kind: "sync", work: { needsTx: false } }],
    ])
  })

  it("that appends a message made for a date has it scheduled", async () => {
    const log = shelf()
    const at = new Date("2031-01-01T00:00:00.000Z")
    const Later: Reactor = {
      name: "later",
      handledMessages: [ItemAdded],
      handle: () => AppendNext([Cart.commands.look("cart-1"), Cart.commands.close("cart-1").at(at)]),
    }
    expect((await log.handle(Later, log.put(ItemAdded("cart-1", apple)))).done[0]?.actions).toMatchObject([
      { kind: "append-next", messages: [{ type: "cart.look" }] },
      { kind: "schedule", at: at.getTime(), messages: [{ type: "cart.close" }] },
    ])
  })

  it("expects the version that it saw when it appends after", async () => {
    const log = shelf()
    const After: Reactor = {
      name: "after",
      handledMessages: [AddItem],
      history: true,
      handle: (message, { history }) => AppendAfter(message.streamId, [Cart.events.looked(`${history.length}`)]),
    }
    log.put(ItemAdded("cart-1", apple))
    const commands = log.put(AddItem("cart-1", apple))
    log.put(ItemAdded("cart-1", apple))
    expect((await log.handle(After, commands)).done[0]?.actions).toMatchObject([
      { kind: "append-after", streamId: "cart-1", expectedVersion: 2, messages: [{ streamId: "3" }] },
    ])
  })

  it("that appends after what it did not see is told so", async () => {
    const log = shelf()
    const Blind: Reactor = {
      name: "blind",
      handledMessages: [AddItem],
      handle: (message) => AppendAfter(message.streamId, [Cart.events.looked("cart-1")]),
    }
    const outcome = await log.handle(Blind, log.put(AddItem("cart-1", apple)))
    expect(String(outcome.failed?.error)).toContain("declare history: true")
  })

  it("stops at a RETRY: what is behind is not looked at", async () => {
    const log = shelf()
    let calls = 0
    const Retrying: Reactor = {
      name: "retrying",
      handledMessages: [ItemAdded],
      handle: () => ((calls += 1) === 2 ? [OK, RETRY] : OK),
    }
    const outcome = await log.handle(Retrying, log.put(...[1, 2, 3].map(() => ItemAdded("cart-1", apple))))
    expect([outcome.done.length, calls]).toEqual([2, 2])
  })

  it("in its batch form answers message by message, and fewer answers leave the rest", async () => {
    const log = shelf()
    const Batchy: Reactor = { name: "batchy", handledMessages: [ItemAdded], handleBatch: () => [OK, undefined] }
    const outcome = await log.handle(Batchy, log.put(...[1, 2, 3].map(() => ItemAdded("cart-1", apple))))
    expect(outcome.done.map((one) => one.actions.length)).toEqual([1, 0])
  })

  it("whose batch throws is tried with the first message alone, which tells whose fault it is", async () => {
    const log = shelf()
    const Poisoned: Reactor = {
      name: "poisoned",
      handledMessages: [ItemAdded],
      handleBatch(messages) {
        if (messages.some((message) => message.version === 2)) throw new Error("poison")
        return messages.map(() => OK)
      },
    }
    const events = log.put(...[1, 2, 3].map(() => ItemAdded("cart-1", apple)))
    const first = await log.handle(Poisoned, events)
    expect([first.done.length, first.failed]).toEqual([1, undefined])
    const second = await log.handle(Poisoned, events.slice(1))
    expect(second.failed?.delivery.message.version).toBe(2)
  })

  it("that returns something else is told what it may return", async () => {
    const log = shelf()
    const Odd: unknown = { name: "odd", handledMessages: [ItemAdded], handle: () => "done" }
    if (!isReactor(Odd)) throw new Error("it has all that a reactor needs")
    const outcome = await log.handle(Odd, log.put(ItemAdded("cart-1", apple)))
    expect(String(outcome.failed?.error)).toContain("odd returned something that is no action")
  })
})

describe("a handler", () => {
  it("appends what it returns, and schedules what is made for a date", async () => {
    const log = shelf()
    const at = new Date("2031-01-01T00:00:00.000Z")
    const Mailer = handler("mailer").on(ItemAdded, Cart.events.looked, (message) => [
      Cart.commands.look(message.streamId),
      Cart.commands.close(message.streamId).at(at),
    ])
    const outcome = await log.handle(Mailer, log.put(ItemAdded("cart-1", apple)))
    expect(outcome.done[0]?.actions).toMatchObject([
      { kind: "append-next", messages: [{ type: "cart.look" }] },
      { kind: "schedule", at: at.getTime(), messages: [{ type: "cart.close" }] },
    ])
  })

  it("sees its message's stream up to and with it when it asks for history", async () => {
    const log = shelf()
    const lengths: number[] = []
    const Historian = handler("historian", { history: true }).on(ItemAdded, (_message, { history }) => {
      lengths.push(history.length)
    })
    log.put(AddItem("cart-1", apple))
    const events = log.put(ItemAdded("cart-1", apple), ItemAdded("cart-1", apple))
    log.put(ItemAdded("cart-1", apple))
    await log.handle(Historian, events)
    expect(lengths).toEqual([2, 3])
  })
})

describe("what is no reactor", () => {
  it.each([
    [undefined, "undefined is not a reactor: it is no object"],
    ["cart", "cart is not a reactor: it is no object"],
    [{}, "object with keys (none) is not a reactor: it has no name"],
    [{ name: "x" }, "object x is not a reactor: it has no list handledMessages"],
    [
      { name: "x", handledMessages: [7], handle() {} },
      "handledMessages[0] is neither a message definition nor a type name",
    ],
    [{ name: "x", handledMessages: [] }, "it has neither handle nor handleBatch"],
    [AddItem, "function carts.add_item is not a reactor"],
  ])("is refused with what it lacks (%#)", (value, message) => {
    expect(() => toRegistration(value)).toThrow(NotAReactor)
    expect(() => toRegistration(value)).toThrow(message)
    expect(isReactor(value)).toBe(false)
  })

  it("is told from what is one", () => {
    const reactors = [
      Cart,
      actor("other", () => 0),
      handler("h").on(ItemAdded, () => {}),
      projector.stateStored("p", () => ({})).event(ItemAdded),
      { name: "low", handledMessages: ["a.b"], handle() {} },
    ]
    expect(reactors.map((one) => isReactor(one))).toEqual([true, true, true, true, true])
    expect(reactors.map((one) => toRegistration(one).group)).toEqual(["cart", "other", "h", "p", "low"])
    expect(toRegistration(Cart)).toBe(Cart[REGISTRATION])
  })
})
