// A process that appends or works when it is told to: `growth-worker.ts <backend> <url>`. Says "ready", then answers its order.
import { type AnyApp, createApp } from "../../../../../packages/core/src/index.ts"
import { isBackendName, openBackend } from "../open-backend.ts"
import { quietLogger } from "../quiet-logger.ts"
import { appendOver } from "./measure-appends.ts"
import { groupOf } from "./measure-drain.ts"
import { type Appended, type Handled, isOrder } from "./process-words.ts"

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
    void work(order.group, order.position)
  } else process.send?.({ handled } satisfies Handled)
})
process.once("disconnect", () => {
  void app.close().then(() => backend.close())
})
process.send?.("ready")

async function work(group: string, position: number): Promise<void> {
  await app.register(
    groupOf(group, position, ({ stream, number }) => {
      handled.push([stream, number, Number(process.hrtime.bigint()) / 1e6])
    }),
  )
  await app.start()
}
