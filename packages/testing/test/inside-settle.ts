import { rejects } from "node:assert/strict"

import { command, projector, StorageLacksTx } from "@millrace/core"

import type { TestedBackend } from "./backends.ts"
import { openLog } from "./open-log.ts"
import { ItemAdded } from "./shop.ts"

export const Ship = command("transactions.ship")

/** What happens in a sync block after it has written. */
type Afterwards = (id: string) => void | Promise<void>

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

/** The same from each cart's history, and ships with each change. */
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

/** Begins the title of a test of work inside the settle: where the storage has no transactions the opposite is tested. */
export function titleInside({ tx }: TestedBackend): string {
  return tx ? "" : "refused at the start, for this storage has no transactions: "
}

/** A test of work inside the settle; where the storage has no transactions, of the opposite: who asks for it is refused at the start. */
export function inside(backend: TestedBackend, test: () => Promise<void>): () => Promise<void> {
  return backend.tx ? test : () => refusesWork(backend)
}

async function refusesWork(backend: TestedBackend): Promise<void> {
  const log = await openLog(backend)
  for (const reactor of [cartRows(backend), shippingRows(backend)]) {
    await rejects(
      log.app({ reactors: [reactor] }),
      (error) =>
        error instanceof StorageLacksTx && /has no transactions: let Millrace keep its state/.test(error.message),
    )
  }
}
