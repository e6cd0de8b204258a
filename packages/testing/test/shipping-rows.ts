import { command, projector } from "@millrace/core"

import type { TestedBackend } from "./backends.ts"
import type { Afterwards } from "./cart-rows.ts"
import { ItemAdded } from "./shop.ts"

export const Ship = command("transactions.ship")

/** Keeps each cart's total in a table of the user's own, from each cart's history, and ships with each change. */
export function shippingRows(backend: TestedBackend, afterwards: Afterwards = () => {}) {
  return backend.rows((token, rowsOf) =>
    projector
      .eventSourced("shipping_rows", (id) => ({ id, total: 0 }), { tx: token })
      .event(ItemAdded, (row, item) => {
        row.total += item.payload.quantity
      })
      .sync(async ({ state, tx }) => {
        await rowsOf(tx).put(state.id, state.total)
        await afterwards(state.id)
      })
      .reaction(ItemAdded, (_row, _item, { dispatch }) => {
        dispatch(Ship).to("ship-1")
      }),
  )
}
