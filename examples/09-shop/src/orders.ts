import { projector, type StoredMessage } from "@millrace/core"

import { CheckedOut } from "./cart.ts"
import { OutOfStock, Shipped } from "./stock.ts"

interface Order {
  total: number
  shipped: string[]
  missing: string[]
}

/** What became of each cart: events of the cart and of every stock that it sent for, in one view by the cart's id. */
export const Orders = projector
  .stateStored("orders", (): Order => ({ total: 0, shipped: [], missing: [] }), { partitionBy: cartOf })
  .event(CheckedOut, (order, { payload }) => {
    order.total = payload.total
  })
  .event(Shipped, (order, { payload }) => {
    order.shipped.push(`${payload.quantity} ${payload.product}`)
  })
  .event(OutOfStock, (order, { payload }) => {
    order.missing.push(`${payload.quantity} ${payload.product}`)
  })

function cartOf(message: StoredMessage): string {
  if (Shipped.is(message)) return Shipped.decode(message).payload.cart
  if (OutOfStock.is(message)) return OutOfStock.decode(message).payload.cart
  return message.streamId
}
