import { setTimeout } from "node:timers/promises"

import { type Backend, createApp, type Reactor, retryOnError } from "../../../../packages/core/src/index.ts"
import { isEntry } from "../../harness/is-entry.ts"
import type { Handle, WorkTarget } from "../../harness/work-load.ts"
import { quietLogger } from "./quiet-logger.ts"
import { ItemAdded } from "./shop.ts"

/** How often the group's lag is looked at, once all handlers have run. */
const LOOK_MS = 2

/** A group over the stored events, its workers at their defaults, on a backend that has nothing of the log in memory. A failing message is tried again at once, so that no pause is measured. */
export async function millraceWork(open: () => Promise<Backend>): Promise<WorkTarget> {
  const [backend, fresh] = [await open(), await open()]
  const writer = await createApp({ backend, logger: quietLogger })
  let worker: typeof writer | undefined
  return {
    async fill(entries) {
      await Promise.all(
        entries.map((entry) => writer.appendNextToStream(entry.stream, [ItemAdded(entry.stream, entry)])),
      )
    },
    async start(handle) {
      const logger = { ...quietLogger, warn() {} } // failures that the bench asks for are no news
      worker = await createApp({ backend: fresh, logger, reactors: [groupOf(handle)] })
      await worker.start()
    },
    async settled() {
      for (;;) {
        const groups = await writer.groups()
        if (groups.every(({ lag }) => lag === 0)) return
        await setTimeout(LOOK_MS)
      }
    },
    async close() {
      await worker?.close()
      await writer.close()
      await fresh.close()
      await backend.close()
    },
  }
}

function groupOf(handle: Handle): Reactor {
  return {
    name: "workers",
    handledMessages: [ItemAdded],
    startFrom: "beginning",
    errorStrategy: retryOnError({ times: 3, afterMs: 0 }),
    handle({ payload }) {
      if (!isEntry(payload)) throw new TypeError("a message that is no entry")
      return handle(payload)
    },
  }
}
