import { type Backend, createApp } from "../../../../packages/core/src/index.ts"
import type { ReadTarget } from "../../harness/read-load.ts"
import { quietLogger } from "./quiet-logger.ts"
import { ItemAdded } from "./shop.ts"

/** Reads the log through an app that has read nothing before, and decodes each message. */
export async function millraceReading(open: () => Promise<Backend>): Promise<ReadTarget> {
  const backend = await open()
  const writer = await createApp({ backend, logger: quietLogger })
  return {
    async fill(entries) {
      await Promise.all(
        entries.map((entry) => writer.appendNextToStream(entry.stream, [ItemAdded(entry.stream, entry)])),
      )
    },
    async reopen() {
      const fresh = await open()
      const reader = await createApp({ backend: fresh, logger: quietLogger })
      return {
        async read(onEntry) {
          for await (const message of reader.readLog()) onEntry(ItemAdded.decode(message).payload)
        },
        async close() {
          await reader.close()
          await fresh.close()
        },
      }
    },
    async close() {
      await writer.close()
      await backend.close()
    },
  }
}
