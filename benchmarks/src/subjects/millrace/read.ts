import { type Backend, createApp } from "../../../../packages/core/src/index.ts"
import type { ReadTarget } from "../../harness/read-load.ts"
import { quietLogger } from "./quiet-logger.ts"
import { ItemAdded } from "./shop.ts"

/** Reads the log through the app, and decodes each message. */
export async function millraceReading(backend: Backend): Promise<ReadTarget> {
  const app = await createApp({ backend, logger: quietLogger })
  return {
    async fill(entries) {
      await Promise.all(entries.map((entry) => app.appendNextToStream(entry.stream, [ItemAdded(entry.stream, entry)])))
    },
    async read(onEntry) {
      for await (const message of app.readLog()) onEntry(ItemAdded.decode(message).payload)
    },
    async close() {
      await app.close()
      await backend.close()
    },
  }
}
