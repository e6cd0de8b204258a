import { actor, command, event } from "@millrace/core"
import * as Schema from "effect/Schema"

import { DomainError } from "./domain-error.ts"
import { ShipFromStock } from "./stock.ts"

const atLeast = (least: number) => Schema.Int.check(Schema.isGreaterThanOrEqualTo(least))

const Item = Schema.Struct({
  product: Schema.NonEmptyString,
  price: atLeast(0),
  quantity: atLeast(1),
})

export const AddItem = command("cart.add_item", Item)
export const ItemAdded = event("cart.item_added", Item)
export const Checkout = command("cart.checkout")
export const CheckedOut = event("cart.checked_out", Schema.Struct({ total: Schema.Int }))

/** The most pieces of a cart. */
const MOST_PIECES = 100

export const Cart = actor("cart", (id) => ({ id, items: new Map<string, number>(), total: 0, checkedOut: false }))
  .event(ItemAdded, (cart, { payload: { product, price, quantity } }) => {
    cart.items.set(product, (cart.items.get(product) ?? 0) + quantity)
    cart.total += price * quantity
  })
  .event(CheckedOut, (cart) => {
    cart.checkedOut = true
  })
  .command(AddItem, (cart, { payload }, { event }) => {
    if (cart.checkedOut) throw new DomainError("conflict", "the cart is checked out")
    const pieces = [...cart.items.values()].reduce((sum, one) => sum + one, payload.quantity)
    if (pieces > MOST_PIECES) throw new DomainError("unacceptable", `a cart holds at most ${MOST_PIECES} pieces`)
    event(ItemAdded, payload)
  })
  .command(Checkout, (cart, _checkout, { event }) => {
    if (cart.checkedOut) throw new DomainError("conflict", "the cart is checked out")
    if (cart.items.size === 0) throw new DomainError("unacceptable", "the cart is empty")
    event(CheckedOut, { total: cart.total })
  })
  .reaction(CheckedOut, (cart, _checkedOut, { dispatch }) => {
    for (const [product, quantity] of cart.items)
      dispatch(ShipFromStock, { cart: cart.id, product, quantity }).to(`stock-${product}`)
  })
