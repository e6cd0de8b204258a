import { actor, command, event } from "../../../../packages/core/src/index.ts"
import { ledgerOf } from "../../harness/order-load.ts"
import { entrySchema } from "./entry-schema.ts"

export const AddItem = command("cart.add_item", entrySchema)
export const ItemAdded = event("cart.item_added", entrySchema)
/** Nobody handles it: its storage is the end of the way. */
export const NoteSale = command("ledger.note_sale", entrySchema)

/** Decides each order into an event, and answers the event with a command to a ledger. */
export const Cart = actor("cart", () => ({ items: 0 }))
  .event(ItemAdded, (cart) => {
    cart.items += 1
  })
  .command(AddItem, (_cart, { payload }, { event }) => {
    event(ItemAdded, payload)
  })
  .reaction(ItemAdded, (_cart, { payload }, { dispatch }) => {
    dispatch(NoteSale, payload).to(ledgerOf(payload))
  })
