import * as Schema from "effect/Schema"

import { actor, command, event } from "../../src/index.ts"

export interface CartItem {
  readonly productId: string
  readonly price: number
  readonly quantity: number
}

export interface CartState {
  readonly id: string
  status: "open" | "closed"
  readonly items: CartItem[]
}

const Item = Schema.Struct({ productId: Schema.String, price: Schema.Int, quantity: Schema.Int })

export const AddItem = command("carts.add_item", Item)
export const ItemAdded = event("carts.item_added", Item)

/** A cart whose items come from definitions, and whose closing is defined inline. */
export const Cart = actor("cart", (id): CartState => ({ id, status: "open", items: [] }))
  .event(ItemAdded, (cart, added) => {
    cart.items.push(added.payload)
  })
  .event("closed", Schema.Struct({ total: Schema.Int }), (cart) => ({ ...cart, status: "closed" }))
  .event("looked")
  .command(AddItem, (cart, add, { event: emit }) => {
    if (cart.status !== "open") throw new Error("cart is not open")
    emit(ItemAdded, add.payload)
  })
  .command("close", (cart, _close, { event: emit }) => {
    const total = cart.items.reduce((sum, item) => sum + item.price * item.quantity, 0)
    emit("closed", { total })
  })
  .command("look", (_cart, _look, { event: emit }) => {
    emit("looked")
  })

export const apple: CartItem = { productId: "apple", price: 10, quantity: 2 }
