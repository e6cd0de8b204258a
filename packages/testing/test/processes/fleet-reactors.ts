import { AppendNext, projector, retryOnError } from "@millrace/core"

import type { TestedBackend } from "../backends.ts"
import { quantityOf } from "../quantity-of.ts"
import { type Handle, recorder } from "../recorder.ts"
import { Cart, ItemAdded, OrderPlaced } from "../shop.ts"

/** What `FleetTally` keeps of a cart. */
export interface Tally {
  readonly id: string
  items: number
  /** Whether each item came when it was its turn. */
  inOrder: boolean
}

/** Counts a cart's items, in Millrace. */
export const FleetTally = projector
  .stateStored("fleet_tally", (id): Tally => ({ id, items: 0, inOrder: true }))
  .event(ItemAdded, (tally, item) => {
    tally.items += 1
    tally.inOrder &&= item.version === tally.items
  })

/** Adds up a cart's quantities, in a table of the user's own. */
function fleetRows(storage: TestedBackend) {
  return storage.rows((token, rowsOf) =>
    projector
      .stateStored("fleet_rows", async (id, { tx }) => ({ id, total: (await rowsOf(tx).get(id)) ?? 0 }), { tx: token })
      .event(ItemAdded, (row, item) => {
        row.total += item.payload.quantity
      })
      .sync(async ({ state, tx }) => {
        await rowsOf(tx).put(state.id, state.total)
      }),
  )
}

/** Whatever fails is tried again: here only what was in hand when several processes died. */
export const fleetStrategy = retryOnError({ times: 1_000, afterMs: 50 })

/**
 * What each worker of a fleet does: decides the carts, answers each item with an effect in a stream of its own, and keeps two projections, one of them in the
 * user's own table where the storage has a `tx`. `handle` is told of each item before its effect is returned.
 */
export function fleetReactors(
  storage: TestedBackend,
  { tx, handle }: { readonly tx: boolean; readonly handle: Handle },
) {
  const effects = recorder("effects", [ItemAdded], {
    async handle(message, context) {
      await handle(message, context)
      const effect = OrderPlaced(`effect-${message.streamId}`)
      return AppendNext([effect.withMetadata({ of: message.version ?? 0, quantity: quantityOf(message.payload) })])
    },
  })
  return [Cart, effects, FleetTally, ...(tx ? [fleetRows(storage)] : [])] as const
}
