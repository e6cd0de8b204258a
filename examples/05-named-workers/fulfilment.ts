// The service that `millrace run` starts, with the names that its command line gives.
import { createBus, OnError } from "@millrace/bus"
import { logger, say } from "@millrace/example-stage"

import { Orders } from "./api.ts"

/** Whether this process hangs at the first order it gets. */
let hangs = process.env["HANGS"] === "yes"

export default async function fulfilment(given: object) {
  const bus = await createBus({ service: "example_service", uses: [Orders], logger, ...given })
  bus.orders.placed.listen(
    async ({ order }) => {
      if (hangs) {
        hangs = false
        say(`has order ${order} in hand`)
        await new Promise(() => {})
      }
      say(`order ${order}`)
    },
    { listenerName: "fulfil", onError: OnError.SHUTDOWN },
  )
  bus.onStart(() => say(`${bus.service} ${bus.processName} works`))
  return bus
}
