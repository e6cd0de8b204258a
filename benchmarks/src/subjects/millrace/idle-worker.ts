// A worker in a process of its own: `idle-worker.ts <backend> <url>`. Tells its parent the moment at which its handler sees each message.
import { createApp, type Reactor } from "../../../../packages/core/src/index.ts"
import { isBackendName, openBackend } from "./open-backend.ts"
import { Pinged } from "./ping.ts"
import { quietLogger } from "./quiet-logger.ts"

const watcher: Reactor = {
  name: "watcher",
  handledMessages: [Pinged],
  handle(message) {
    process.send?.({ id: message.id, seenAt: String(process.hrtime.bigint()) })
  },
}

const [backendName, url] = process.argv.slice(2)
if (!isBackendName(backendName) || url === undefined) throw new Error("usage: idle-worker.ts <backend> <url>")
const backend = await openBackend(backendName, url)
const app = await createApp({ backend, reactors: [watcher], logger: quietLogger })
await app.start()
process.send?.("ready")
process.once("disconnect", () => {
  void app.close().then(() => backend.close())
})
