import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

import { actor, command, DefinitionError, event, REGISTRATION } from "../../src/index.ts"
import { callUnchecked } from "../call-unchecked.ts"

const Item = Schema.Struct({ productId: Schema.String })
const AddItem = command("carts.add_item", Item)
const ItemAdded = event("carts.item_added", Item)
const begin = () => actor("cart", () => ({ items: 0 }))
const nothing = () => {}

describe("an inline definition", () => {
  it("defines a command of the actor's name and its own in snake case [S6.a]", () => {
    const Cart = begin().command("addItem", Item, nothing).command("close", nothing)
    expect(Cart.commands.addItem.type).toBe("cart.add_item")
    expect(Cart.commands.addItem("cart-1", { productId: "p1" })).toMatchObject({
      kind: "command",
      type: "cart.add_item",
      payload: { productId: "p1" },
    })
    expect(Cart.commands.close("cart-1").payload).toBeNull()
  })

  it("defines an event likewise, and decides and reactions name it by its key [S6.a]", () => {
    const Cart = begin()
      .event("itemAdded", Item, (cart) => {
        cart.items += 1
      })
      .command("addItem", Item, (_cart, add, { event: emit }) => {
        emit("itemAdded", add.payload)
      })
      .reaction("itemAdded", nothing)
    expect(Cart.events.itemAdded.type).toBe("cart.item_added")
    expect(Cart.create("cart-1").addItem({ productId: "p1" })[1]).toMatchObject([{ type: "cart.item_added" }])
    expect(Cart[REGISTRATION].types).toEqual(["cart.add_item", "cart.item_added"])
  })

  it("is validated like any other [S6.a]", () => {
    const Cart = begin().command("addItem", Item, nothing)
    expect(Cart.commands.addItem.parse("cart-1", {})).toMatchObject({ ok: false, errors: [{ path: "productId" }] })
  })

  it("of a name that only case and dashes tell from another's is refused [S6.b]", () => {
    const commands = begin().command("fooBar", nothing)
    expect(() => commands.command("foobar", nothing)).toThrow(
      "cart has two commands that read alike, cart.foo_bar and cart.foobar",
    )
    expect(() => commands.command(command("carts.foo_bar"), nothing)).toThrow("read alike")
    const events = begin().event("fooBar")
    expect(() => events.event("foobar")).toThrow("cart has two events that read alike")
    expect(() => events.event(event("cart.foo-bar"))).toThrow("read alike")
  })

  it("needs a name in camel case, so that name and type lead to each other [S6.b]", () => {
    for (const name of ["foo_bar", "FooBar", "foo-bar", "", "foo.bar"]) {
      expect(() => begin().command(name, nothing)).toThrow(`"${name}" can not name a message of cart`)
    }
  })
})

describe("an actor is refused where it is written", () => {
  it("that decides a type and reacts to it [S14.a]", () => {
    const clear = "cart both decides carts.add_item and reacts to it: an actor does one of the two"
    expect(() => begin().command(AddItem, nothing).reaction(AddItem, nothing)).toThrow(clear)
    expect(() => begin().reaction(AddItem, nothing).command(AddItem, nothing)).toThrow(clear)
  })

  it.each([
    ["declares an event twice", () => begin().event(ItemAdded).event(ItemAdded)],
    ["decides a command twice", () => begin().command(AddItem, nothing).command(AddItem, nothing)],
    ["reacts twice to a type", () => begin().reaction(ItemAdded, nothing).reaction([ItemAdded], nothing)],
    ["has a second wildcard", () => callUnchecked(wildcarded(), "reaction", nothing)],
    ["reacts to nothing", () => begin().reaction([], nothing)],
    ["hides a member of its instances by a command", () => begin().command("state", nothing)],
    ["declares a command as event", () => callUnchecked(begin(), "event", AddItem)],
    ["declares an event as command", () => callUnchecked(begin(), "command", ItemAdded, nothing)],
    ["gives no function", () => callUnchecked(begin(), "command", AddItem)],
    ["reacts to a key that no event has", () => callUnchecked(begin(), "reaction", "itemAdded", nothing)],
    ["has no name", () => actor("", () => 0)],
    ["has no factory", () => callUnchecked({ actor }, "actor", "cart")],
  ])("that %s", (_what, define) => {
    expect(define).toThrow(DefinitionError)
  })

  it("that declares an event behind its wildcard", () => {
    expect(() => callUnchecked(wildcarded(), "event", event("carts.late"))).toThrow(
      "declare carts.late on cart before the wildcard reaction",
    )
  })
})

describe("building an actor", () => {
  it("leaves the actor before as it was", () => {
    const before = begin().event(ItemAdded)
    const after = before.command(AddItem, nothing)
    expect([Object.keys(before.commands), Object.keys(after.commands)]).toEqual([[], ["addItem"]])
    expect(before[REGISTRATION].types).toEqual([])
  })

  it("makes a group of its name that wants its commands and what it reacts to", () => {
    const Placed = event("orders.placed")
    const Cart = begin()
      .event(ItemAdded)
      .event("closed")
      .command(AddItem, nothing)
      .reaction(Placed, nothing)
      .reaction(nothing)
    expect(Cart[REGISTRATION]).toMatchObject({
      group: "cart",
      order: "stream",
      decides: ["carts.add_item"],
      needsTx: false,
      startFrom: { at: "beginning" },
    })
    expect(Cart[REGISTRATION].types.toSorted()).toEqual([
      "cart.closed",
      "carts.add_item",
      "carts.item_added",
      "orders.placed",
    ])
  })

  it("takes a start point and an error strategy", () => {
    const strategy = () => ({ kind: "park" }) as const
    const Late = actor("late", () => 0, { startFrom: { date: new Date(5) }, errorStrategy: strategy })
    expect(Late[REGISTRATION]).toMatchObject({ startFrom: { at: "date", date: 5 }, errorStrategy: strategy })
    expect(actor("now", () => 0, { startFrom: "now" })[REGISTRATION].startFrom).toEqual({ at: "now" })
    expect(actor("at", () => 0, { startFrom: { position: 9 } })[REGISTRATION].startFrom).toEqual({
      at: "position",
      position: 9,
    })
  })

  it("refuses a snapshot without a whole number as its version, or without a schema", () => {
    const options = { version: 1, schema: Schema.Struct({ total: Schema.Int }) }
    const begun = (snapshot: typeof options & { readonly every?: number }) =>
      actor("meter", () => ({ total: 0 }), { snapshot })
    expect(() => begun({ ...options, version: 0 })).toThrow(/the snapshot of meter has version: 0/)
    expect(() => begun({ ...options, every: 1.5 })).toThrow(/the snapshot of meter has every: 1.5/)
    expect(begun(options).create("meter-1").state).toEqual({ total: 0 })
  })
})

function wildcarded() {
  return begin().event(ItemAdded).reaction(nothing)
}
