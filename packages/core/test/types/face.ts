import * as Schema from "effect/Schema"

import { actor, command, event, projector, txToken } from "../../src/index.ts"

// The face as it is promised: no annotation but the state's, no cast.

interface CartState {
  readonly id: string
  status: "open" | "closed"
  items: { readonly productId: string; readonly price: number; readonly quantity: number }[]
}

interface Row {
  items: number
}

/** A storage's handle, as a backend package would export its token. */
export interface Rows {
  load(id: string): Promise<Row>
  save(row: Row): Promise<void>
}
const postgres = { tx: txToken<Rows>("postgres") }

const Item = Schema.Struct({ productId: Schema.String, price: Schema.Int, quantity: Schema.Int })
export const AddItem = command("carts.add_item", Item)
export const ItemAdded = event("carts.item_added", Item)
export const NotifyBigCart = command("carts.notify_big_cart")

export const Cart = actor("cart", (id): CartState => ({ id, status: "open", items: [] }))
  .event(ItemAdded, (cart, e) => {
    cart.items.push(e.payload)
  })
  .command(AddItem, (cart, cmd, { event }) => {
    if (cart.status !== "open") throw new Error("cart is not open")
    event(ItemAdded, cmd.payload)
  })
  .command(NotifyBigCart, () => {})
  .reaction(ItemAdded, (cart, _e, { dispatch }) => {
    if (cart.items.length > 30) dispatch(NotifyBigCart).at(new Date(0))
  })

export const CartTotals = projector
  .stateStored("cart_totals", (id) => ({ id, total: 0 }))
  .event(ItemAdded, (totals, e) => {
    totals.total += e.payload.price * e.payload.quantity
  })

export const CartRows = projector
  .stateStored("cart_rows", (id, { tx }) => tx.load(id), { tx: postgres.tx })
  .event(ItemAdded, (row) => {
    row.items += 1
  })
  .sync(({ state, tx }) => tx.save(state))

// Two actors that dispatch to each other in their reactions do not make their types go in circles.

export const Ping = actor("ping", () => 0)
  .event("pinged")
  .command("ping", (_count, _ping, { event }) => {
    event("pinged")
  })
  .reaction("pinged", (_count, _pinged, { dispatch }) => {
    dispatch(Pong.commands.pong).to(Pong)
  })

export const Pong = actor("pong", () => 0)
  .event("ponged")
  .command("pong", (_count, _pong, { event }) => {
    event("ponged")
  })
  .reaction("ponged", async (_count, _ponged, { dispatch }) => {
    dispatch(Ping.commands.ping).to("ping-1")
    await Promise.resolve()
  })
