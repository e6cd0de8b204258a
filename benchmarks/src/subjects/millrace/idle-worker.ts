// A worker in a process of its own: `idle-worker.ts <database>`. Tells its parent the moment at which its handler sees each message.
import { createApp, type Reactor } from "../../../../packages/core/src/index.ts"
import { sqliteBackend } from "../../../../packages/sqlite/src/index.ts"
import { Pinged } from "./ping.ts"
import { quietLogger } from "./quiet-logger.ts"

const watcher: Reactor = {
  name: "watcher",
  handledMessages: [Pinged],
  handle(message) {
    process.send?.({ id: message.id, seenAt: String(process.hrtime.bigint()) })
  },
}

const backend = sqliteBackend(process.argv[2] ?? "")
const app = await createApp({ backend, reactors: [watcher], logger: quietLogger })
await app.start()
process.send?.("ready")
process.once("disconnect", () => {
  void app.close().then(() => backend.close())
})
