import { type Backend, createApp } from "../../../../packages/core/src/index.ts"
import type { AppendTarget, Entry } from "../../harness/append-load.ts"
import { quietLogger } from "./quiet-logger.ts"
import { ItemAdded } from "./shop.ts"

/** Appends through the app's store, at its defaults. */
export async function millraceAppends(backend: Backend): Promise<AppendTarget> {
  const app = await createApp({ backend, logger: quietLogger })
  return {
    append: (entry) => app.appendNextToStream(entry.stream, [ItemAdded(entry.stream, entry)]),
    async stored() {
      const stored: Pick<Entry, "stream" | "number">[] = []
      for await (const message of app.readLog()) {
        const { stream, number } = ItemAdded.decode(message).payload
        stored.push({ stream, number })
      }
      return stored
    },
    async close() {
      await app.close()
      await backend.close()
    },
  }
}
