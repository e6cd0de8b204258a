import { actor, command, event } from "@millrace/core"
import * as Schema from "effect/Schema"

const Item = Schema.Struct({ productId: Schema.String, quantity: Schema.Int })

export const AddItem = command("shop.add_item", Item)
export const ItemAdded = event("shop.item_added", Item)
export const PlaceOrder = command("shop.place_order")
export const OrderPlaced = event("shop.order_placed")

export interface CartState {
  readonly id: string
  status: "open" | "placed"
  items: { readonly productId: string; readonly quantity: number }[]
}

export class CartClosed extends Error {
  override readonly name = "CartClosed"
}

/** A cart that takes items until its order is placed. */
export const Cart = actor("cart", (id): CartState => ({ id, status: "open", items: [] }))
  .event(ItemAdded, (cart, added) => {
    cart.items.push(added.payload)
  })
  .event(OrderPlaced, (cart) => {
    cart.status = "placed"
  })
  .command(AddItem, (cart, add, { event }) => {
    if (cart.status !== "open") throw new CartClosed(`${cart.id} is ${cart.status}`)
    event(ItemAdded, add.payload)
  })
  .command(PlaceOrder, (cart, _place, { event }) => {
    if (cart.items.length === 0) throw new CartClosed(`${cart.id} is empty`)
    event(OrderPlaced)
  })

/** What goes into a cart. */
export const item = (productId: string, quantity = 1) => ({ productId, quantity })

/** Something has gone into a cart: by default one of product `p`. */
export const added = (streamId: string, quantity = 1, productId = "p") => ItemAdded(streamId, item(productId, quantity))
