import * as Schema from "effect/Schema"

import { actor, command } from "../../../src/index.ts"
import { AddItem, begin, Cart, type CartState, Emptied, Item, ItemAdded, Ship } from "./shop.ts"

begin().command(AddItem, (_cart, add, { event }) => {
  // refused: "declare carts.item_added on this actor with .event(…) before the command that emits it"
  event(ItemAdded, add.payload)
  // refused: "declare carts.emptied on this actor with .event(…) before the command that emits it"
  event(Emptied)
})

begin()
  .event("emptied")
  .event(ItemAdded, () => {})
  .command("empty", (_cart, _empty, { event }) => {
    // refused: Argument of type '"emptyed"' is not assignable to parameter of type
    event("emptyed")
    // refused: Type 'number' is not assignable to type 'string'.
    event(ItemAdded, { productId: 7, price: 1 })
    // refused: Expected 1 arguments, but got 2.
    event("emptied", {})
  })

begin()
  // refused: Type 'Promise<void>' is not assignable to type
  .event(ItemAdded, async () => {})
  // refused: Type 'number' is not assignable to type
  .event(Emptied, (cart) => cart.items.push("x"))

// refused: Type '"shut"' is not assignable to type
actor("door", (): { state: "open" | "closed" } => ({ state: "open" })).event("slammed", () => ({ state: "shut" }))

// refused: Property 'name' does not exist on type '{ readonly productId: string; readonly price: number; }'.
begin().event(ItemAdded, (cart, added) => void cart.items.push(added.payload.name))

// refused: Type '"command"' is not assignable to type '"event"'.
begin().event(AddItem)

// refused: Type '"event"' is not assignable to type '"command"'.
begin().command(ItemAdded, () => {})

// refused: Argument of type '"itemRemoved"' is not assignable to parameter of type
Cart.event("itemLost").reaction("itemRemoved", () => {})

Cart.command("notify", Schema.Struct({ to: Schema.String }), () => {}).reaction(
  ItemAdded,
  (_cart, added, { dispatch }) => {
    // refused: Argument of type '"notifi"' is not assignable to parameter of type
    dispatch("notifi", { to: "me" })
    // refused: Type 'number' is not assignable to type 'string'.
    dispatch("notify", { to: 1 })
    // refused: Type '"event"' is not assignable to type '"command"'.
    dispatch(ItemAdded, added.payload)
    // refused: Type '"orders.ship"' is not assignable to type '"carts.add_item"'.
    dispatch(Ship, added.payload).to(Cart)
  },
)

// refused: Property 'event' does not exist on type 'ActorWithWildcard<
Cart.reaction(() => {}).event(Emptied)

const cart = Cart.create("cart-1")

// refused: "this actor does not decide orders.ship: add .command(…) for it, or send it to the actor that does"
cart.decide(Ship("cart-1", { productId: "p1", price: 1 }))

// refused: Type 'string' is not assignable to type 'number'.
cart.addItem({ productId: "p1", price: "1" })

// refused: Property 'addItems' does not exist on type
cart.addItems({ productId: "p1", price: 1 })

const [add] = cart.addItem({ productId: "p1", price: 1 })
// refused: Property 'id' does not exist on type
add.id

/** These are fine: nothing in them is refused. */
export const fine: readonly CartState[] = [
  begin()
    .event("added", Item, (state, added) => ({ items: [...state.items, added.payload.productId] }))
    .create("x").state,
  "errors" in add ? cart.state : Cart.create(add.id).state,
  begin()
    .command(command("carts.x"), () => {})
    .create("y").state,
]
