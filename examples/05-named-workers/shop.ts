// The service that owns `orders`: fires so many, then ends. `by-customer` keeps an order for each customer and none between them.
import { createBus } from "@millrace/bus"
import { logger } from "@millrace/example-stage"

import { Orders } from "./api.ts"

/** How many customers place them. */
const CUSTOMERS = 6

const [backend = "", from = "1", upto = "1", how = "in-one-order"] = process.argv.slice(2)
const bus = await createBus({ service: "shop", processName: "shop-1", apis: [Orders], backend, logger })
for (let order = Number(from); order <= Number(upto); order += 1)
  await bus.orders.placed.fire({ order }, how === "by-customer" ? { key: `customer${order % CUSTOMERS}` } : {})
await bus.close()
