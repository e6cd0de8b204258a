import type { EventStore } from "@event-driven-io/emmett-postgresql"

import type { Entry } from "../../harness/append-load.ts"
import { isEntry } from "../../harness/is-entry.ts"

/** Ends what `consume` began. */
export type Stop = () => Promise<void>

/** Hands each stored `item-added` to `handle`, by the store's consumer with a reactor, batches and pauses at their defaults (100 messages, 50 ms). */
export function consume(store: EventStore, handle: (entry: Entry) => Promise<void> | void): Stop {
  const consumer = store.consumer()
  consumer.reactor({
    processorId: "benched",
    // Without `startFrom`: from its checkpoint, else from the beginning. Given "BEGINNING" this release never stores a checkpoint.
    async eachMessage(event) {
      if (event.type === "item-added" && isEntry(event.data)) await handle(event.data)
    },
  })
  const consuming = consumer.start().catch((error: unknown) => console.error("emmett's consumer ended:", error))
  return async () => {
    await consumer.stop()
    await consuming
    await consumer.close()
  }
}
