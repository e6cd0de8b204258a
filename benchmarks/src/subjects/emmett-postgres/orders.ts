import { setTimeout } from "node:timers/promises"

import { CommandHandler } from "@event-driven-io/emmett"
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql"

import { ledgerOf, type OrderTarget } from "../../harness/order-load.ts"
import { consume } from "./consume.ts"
import { storedOf } from "./stored-of.ts"

const decide = CommandHandler<{ readonly items: number }>({
  initialState: () => ({ items: 0 }),
  evolve: (cart, event) => (event.type === "item-added" ? { items: cart.items + 1 } : cart),
})

const LOOK_MS = 5

/** Orders go through the command handler, reactions through the store's consumer, side by side. */
export async function emmettOrders(url: string): Promise<OrderTarget> {
  const store = getPostgreSQLEventStore(url)
  await store.schema.migrate()
  let noted = 0
  const stop = consume(store, async (entry) => {
    await store.appendToStream(ledgerOf(entry), [{ type: "sale-noted", data: entry }])
    noted += 1
  })
  return {
    order: (entry) => decide(store, entry.stream, () => ({ type: "item-added", data: entry })),
    async reacted(count) {
      while (noted < count) await setTimeout(LOOK_MS)
    },
    reactions: () => noted,
    stored: async () => ({ events: await storedOf(url, "item-added"), reactions: await storedOf(url, "sale-noted") }),
    async close() {
      await stop()
      await store.close()
    },
  }
}
