import * as Schema from "effect/Schema"

import { actor, command, event } from "../../../src/index.ts"

/** What the refused examples beside this file are written with. */
export const Item = Schema.Struct({ productId: Schema.String, price: Schema.Int })
export const AddItem = command("carts.add_item", Item)
export const ItemAdded = event("carts.item_added", Item)
export const Emptied = event("carts.emptied")
export const Ship = command("orders.ship", Item)

export interface CartState {
  readonly items: string[]
}

export const begin = () => actor("cart", (): CartState => ({ items: [] }))

export const Cart = begin()
  .event(ItemAdded, (cart, added) => {
    cart.items.push(added.payload.productId)
  })
  .command(AddItem, (_cart, add, { event: emit }) => {
    emit(ItemAdded, add.payload)
  })
