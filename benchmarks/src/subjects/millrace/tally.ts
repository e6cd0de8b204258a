import { actor, command, event } from "../../../../packages/core/src/index.ts"
import { entrySchema } from "./entry-schema.ts"

export const CountItem = command("tally.count_item", entrySchema)
export const ItemCounted = event("tally.item_counted", entrySchema)

/** Gives each item the number that its state tells: a stale state would show. */
export const Tally = actor("tally", () => ({ items: 0 }))
  .event(ItemCounted, (tally) => {
    tally.items += 1
  })
  .command(CountItem, (tally, { payload }, { event }) => {
    event(ItemCounted, { ...payload, number: tally.items + 1 })
  })
