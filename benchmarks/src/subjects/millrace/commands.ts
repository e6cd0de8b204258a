import { type Backend, createApp } from "../../../../packages/core/src/index.ts"
import type { CommandTarget } from "../../harness/command-load.ts"
import type { CartNumber } from "../../harness/order-load.ts"
import { quietLogger } from "./quiet-logger.ts"
import { CountItem, ItemCounted, Tally } from "./tally.ts"

/** Commands are executed: decided on the newest state at once, and stored with their event. */
export async function millraceCommands(backend: Backend): Promise<CommandTarget> {
  const app = await createApp({ backend, logger: quietLogger, reactors: [Tally] })
  return {
    async prepare(entries) {
      const [first] = entries
      if (first === undefined) return
      await app.appendNextToStream(
        first.stream,
        entries.map((entry) => ItemCounted(entry.stream, entry)),
      )
    },
    append: (entry) => app.execute(CountItem(entry.stream, entry)),
    async stored() {
      const stored: CartNumber[] = []
      for await (const message of app.readLog()) {
        if (message.type !== ItemCounted.type) continue
        const { stream, number } = ItemCounted.decode(message).payload
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
