// A process that appends or works when it is told to: `growth-worker.ts <backend> <url>`. Says "ready", then answers its order.
import { type AnyApp, createApp } from "../../../../../packages/core/src/index.ts"
import { isBackendName, openBackend } from "../open-backend.ts"
import { quietLogger } from "../quiet-logger.ts"
import { appendOver } from "./measure-appends.ts"
import { groupOf } from "./measure-drain.ts"
import { type Appended, type Count, type Handled, isOrder } from "./process-words.ts"

/** How often the parent hears how much was handled. */
const TELL_MS = 10

const [backendName, url] = process.argv.slice(2)
if (!isBackendName(backendName) || url === undefined) throw new Error("usage: growth-worker.ts <backend> <url>")
const backend = await openBackend(backendName, url)
const app: AnyApp = await createApp({ backend, logger: quietLogger })
const handled: (readonly [string, number, number])[] = []

process.on("message", (order) => {
  if (!isOrder(order)) return
  if (order.kind === "append") {
    void appendOver(app, order.load).then(({ sample, confirmed }) =>
      process.send?.({ sample, confirmed: [...confirmed] } satisfies Appended),
    )
  } else if (order.kind === "drain") {
    void work(order.group, order.measurement)
  } else process.send?.({ handled } satisfies Handled)
})
process.once("disconnect", () => {
  void app.close().then(() => backend.close())
})
process.send?.("ready")

async function work(group: string, measurement: string): Promise<void> {
  await app.register(
    groupOf(group, measurement, ({ stream, number }) => {
      handled.push([stream, number, Number(process.hrtime.bigint()) / 1e6])
    }),
  )
  await app.start()
  const told = setInterval(() => process.send?.({ count: handled.length } satisfies Count), TELL_MS)
  process.once("disconnect", () => clearInterval(told))
}
