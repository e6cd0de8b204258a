import { setTimeout } from "node:timers/promises"

import { type Backend, createApp } from "../../../../packages/core/src/index.ts"
import type { CartNumber, OrderTarget } from "../../harness/order-load.ts"
import { quietLogger } from "./quiet-logger.ts"
import { AddItem, Cart, ItemAdded, NoteSale } from "./shop.ts"

/** How often the end of the log is looked at. */
const LOOK_MS = 5

/** Orders are dispatched while workers of the same process, at their defaults, decide them and react. */
export async function millraceOrders(backend: Backend): Promise<OrderTarget> {
  const app = await createApp({ backend, logger: quietLogger, reactors: [Cart] })
  await app.start()
  return {
    order: (entry) => app.dispatch(AddItem(entry.stream, entry)),
    async reacted(count) {
      // an order, its event and its reaction are three messages: the log's end tells when all are there
      for (;;) {
        for await (const last of app.readLog({ direction: "backward", limit: 1 })) {
          if (last.position >= 3 * count) return
        }
        await setTimeout(LOOK_MS)
      }
    },
    async stored() {
      const events: CartNumber[] = []
      const reactions: CartNumber[] = []
      for await (const message of app.readLog()) {
        const list = message.type === ItemAdded.type ? events : message.type === NoteSale.type ? reactions : undefined
        if (list === undefined) continue
        const { stream, number } = (list === events ? ItemAdded : NoteSale).decode(message).payload
        list.push({ stream, number })
      }
      return { events, reactions }
    },
    async close() {
      await app.close()
      await backend.close()
    },
  }
}
