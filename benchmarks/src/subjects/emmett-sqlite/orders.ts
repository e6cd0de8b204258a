import { DatabaseSync } from "node:sqlite"
import { setTimeout } from "node:timers/promises"

import { CommandHandler } from "@event-driven-io/emmett"
import { appendToStream } from "@event-driven-io/emmett-sqlite"

import type { Entry } from "../../harness/append-load.ts"
import { inTurn } from "../../harness/in-turn.ts"
import { type CartNumber, ledgerOf, type OrderTarget } from "../../harness/order-load.ts"
import { openStore, type Setup } from "./open-store.ts"
import { untilStored } from "./until-stored.ts"

interface Cart {
  readonly items: number
}

const decide = CommandHandler<Cart>({
  initialState: () => ({ items: 0 }),
  evolve: (cart, event) => (event.type === "item-added" ? { items: cart.items + 1 } : cart),
})

/** Tuned: batches as large as they are useful, and no pause between full ones. */
const pulling = { batchSize: 1_000, pullingFrequencyInMs: 1 }

/**
 * Orders go through the command handler (load, decide, append), reactions through the store's consumer, which appends them in the
 * transaction of its batch. The consumer starts when all orders are in, which is this store's best case: side by side with
 * appends it ends the process (an unhandled SQLITE_BUSY) in the documented set-up, and is slower in the tuned one.
 */
export async function emmettOrders(file: string, setup: Setup): Promise<OrderTarget> {
  const opened = await openStore(file, setup)
  const takeTurn = inTurn()
  const consumer = opened.store.consumer(setup === "tuned" ? { pulling } : {})
  let noted = 0
  consumer.processor({
    processorId: "note-sales",
    startFrom: "BEGINNING",
    async eachMessage(event, { connection }) {
      if (event.type !== "item-added") return
      const entry = entryFrom(event.data)
      const { success } = await appendToStream(connection, ledgerOf(entry), "ledger", [
        { type: "sale-noted", data: entry },
      ])
      if (success) noted += 1
    },
  })
  let consuming = Promise.resolve()
  let stopped = false

  return {
    order: (entry) =>
      takeTurn(() =>
        untilStored(() => decide(opened.store, entry.stream, (_cart) => ({ type: "item-added", data: entry }))),
      ),
    async reacted(count) {
      consuming = consumer.start()
      void consuming.then(() => (stopped = true))
      // counted in memory first: the database is asked only whether the last batch is committed
      while (noted < count || storedOf(file, "sale-noted").length < count) {
        if (stopped) throw new Error("the consumer stopped by itself, as it does after a failed transaction")
        await setTimeout(5)
      }
    },
    stored: () => ({ events: storedOf(file, "item-added"), reactions: storedOf(file, "sale-noted") }),
    async close() {
      await consumer.stop()
      await consuming
      await consumer.close()
      opened.close()
    },
  }
}

function entryFrom(data: object): Entry {
  if (!isEntry(data)) throw new TypeError(`not an entry: ${JSON.stringify(data)}`)
  return data
}

function isEntry(data: object): data is Entry {
  return "stream" in data && "number" in data && "product" in data
}

function storedOf(file: string, type: string): CartNumber[] {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database
      .prepare(
        `SELECT json_extract(message_data, '$.stream') AS stream, json_extract(message_data, '$.number') AS number
         FROM emt_messages WHERE message_type = ? ORDER BY global_position`,
      )
      .all(type)
      .map((row) => ({ stream: String(row["stream"]), number: Number(row["number"]) }))
  } finally {
    database.close()
  }
}
