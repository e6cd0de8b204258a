import type { AddressInfo } from "node:net"

import { serve } from "@hono/node-server"
import { createApp, silentLogger } from "@millrace/core"

import { Cart } from "./cart.ts"
import { Orders } from "./orders.ts"
import { shopApi } from "./shop-api.ts"
import { Stock } from "./stock.ts"

/** A shop that is open. */
export interface Shop {
  readonly url: string
  /** Takes no more requests, lets its workers finish what they have in hand, and closes the log. */
  close(): Promise<void>
}

/** Opens the shop: its API and its workers in this process. `port` 0 takes a free one; `workers` 0 leaves the work to other processes. */
export async function openShop(backend: string, { port = 0, workers = 4 } = {}): Promise<Shop> {
  const app = await createApp({ backend, reactors: [Cart, Stock, Orders], logger: silentLogger })
  await app.start({ concurrency: workers })
  const address = Promise.withResolvers<AddressInfo>()
  const server = serve({ fetch: shopApi(app).fetch, port, hostname: "127.0.0.1" }, address.resolve)
  return {
    url: `http://127.0.0.1:${(await address.promise).port}`,
    async close() {
      await new Promise((resolve) => server.close(resolve))
      await app.close()
    },
  }
}
