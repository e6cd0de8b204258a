// A service with two listeners on one event. Each has its own name and so its own consumer group, {service}-{listenerName}: both get every event.
// Several processes of the service share each group's work: an event is handled by one of them.
import { createBus } from "@millrace/bus"
import { logger, say } from "@millrace/example-stage"

import { CompetitorPrices } from "./api.ts"

/** What we sell, and for how much. */
const OURS: Readonly<Record<string, number>> = { tea: 3, coffee: 5, cocoa: 4 }

const [backend = "", processName = ""] = process.argv.slice(2)
const bus = await createBus({ service: "price-monitor", processName, uses: [CompetitorPrices], backend, logger })

bus.competitor_prices.changed.listen(
  ({ competitor, product, price }, _event, { group }) => {
    const cheaper = price < (OURS[product] ?? 0)
    say(`${group}: ${competitor} ${product} ${price}${cheaper ? " is below ours" : ""}`)
  },
  { listenerName: "send_price_alerts" },
)
bus.competitor_prices.changed.listen(
  ({ competitor, product, price }, _event, { group }) => say(`${group}: ${competitor} ${product} ${price}`),
  { listenerName: "update_db" },
)
bus.onStart(() => say("listens"))

await bus.run()
await bus.close()
