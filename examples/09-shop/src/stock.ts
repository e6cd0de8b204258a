import { actor, command, event } from "@millrace/core"
import * as Schema from "effect/Schema"

const Quantity = Schema.Struct({ quantity: Schema.Int })
const OfCart = Schema.Struct({ cart: Schema.String, product: Schema.String, quantity: Schema.Int })

export const ReceiveStock = command("stock.receive", Quantity)
export const StockReceived = event("stock.received", Quantity)
export const ShipFromStock = command("stock.ship", OfCart)
export const Shipped = event("stock.shipped", OfCart)
export const OutOfStock = event("stock.out_of_stock", OfCart)

/** One product on its shelf. Nobody waits for the answer to a shipment, so that there is too little is an event, and no error. */
export const Stock = actor("stock", () => ({ left: 0 }))
  .event(StockReceived, (stock, { payload }) => {
    stock.left += payload.quantity
  })
  .event(Shipped, (stock, { payload }) => {
    stock.left -= payload.quantity
  })
  .event(OutOfStock)
  .command(ReceiveStock, (_stock, { payload }, { event }) => {
    event(StockReceived, payload)
  })
  .command(ShipFromStock, (stock, { payload }, { event }) => {
    event(payload.quantity > stock.left ? OutOfStock : Shipped, payload)
  })
