import { projector } from "@millrace/core"

import type { TestedBackend } from "./backends.ts"
import { ItemAdded } from "./shop.ts"

/** What happens in a sync block after it has written. */
export type Afterwards = (id: string) => void | Promise<void>

/** Keeps each cart's total in a table of the user's own. */
export function cartRows(backend: TestedBackend, afterwards: Afterwards = () => {}) {
  return backend.rows((token, rowsOf) =>
    projector
      .stateStored("cart_rows", async (id, { tx }) => ({ id, total: (await rowsOf(tx).get(id)) ?? 0 }), { tx: token })
      .event(ItemAdded, (row, item) => {
        row.total += item.payload.quantity
      })
      .sync(async ({ state, tx }) => {
        await rowsOf(tx).put(state.id, state.total)
        await afterwards(state.id)
      }),
  )
}
