// The service that owns `competitor_prices`. Fires what it is told on its standard input: `acme tea 2.80`.
import { createInterface } from "node:readline"

import { createBus } from "@millrace/bus"
import { logger, say } from "@millrace/example-stage"

import { CompetitorPrices } from "./api.ts"

const [backend = ""] = process.argv.slice(2)
const bus = await createBus({
  service: "scraper",
  processName: "scraper-1",
  apis: [CompetitorPrices],
  backend,
  logger,
})

for await (const line of createInterface({ input: process.stdin })) {
  const [competitor = "", product = "", price = ""] = line.split(" ")
  // Events of one key keep their order; those of different products need not wait for one another.
  await bus.competitor_prices.changed.fire({ competitor, product, price: Number(price) }, { key: product })
  say(`fired: ${line}`)
}
await bus.close()
