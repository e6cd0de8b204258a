import { actor, command, event } from "../../../../packages/core/src/index.ts"
import type { Entry } from "../../harness/append-load.ts"
import { ledgerOf } from "../../harness/order-load.ts"

interface EntrySchema {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: string
    readonly validate: (
      value: unknown,
    ) => { readonly value: Entry } | { readonly issues: readonly { readonly message: string }[] }
    readonly types?: { readonly input: Entry; readonly output: Entry }
  }
}

/** A Standard Schema that checks as little as it can: what is measured is Millrace, not a schema library. */
const entry: EntrySchema = {
  "~standard": {
    version: 1,
    vendor: "millrace-benchmarks",
    validate: (value) =>
      isEntry(value) ? { value } : { issues: [{ message: "is no entry: give it a stream and a number" }] },
  },
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null || !("stream" in value) || !("number" in value)) return false
  return typeof value.stream === "string" && typeof value.number === "number"
}

export const AddItem = command("cart.add_item", entry)
export const ItemAdded = event("cart.item_added", entry)
/** Nobody handles it: its storage is the end of the way. */
export const NoteSale = command("ledger.note_sale", entry)

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
