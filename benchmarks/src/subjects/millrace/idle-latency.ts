import { join } from "node:path"

import { createApp } from "../../../../packages/core/src/index.ts"
import type { PingTarget } from "../../harness/idle-latency.ts"
import { type BackendName, openBackend } from "./open-backend.ts"
import { Pinged } from "./ping.ts"
import { quietLogger } from "./quiet-logger.ts"

/** Pings are events; the worker's reactor wants them. */
export async function millracePings(backendName: BackendName, url: string): Promise<PingTarget> {
  const backend = await openBackend(backendName, url)
  const app = await createApp({ backend, logger: quietLogger })
  return {
    worker: { file: join(import.meta.dirname, "idle-worker.ts"), words: [backendName, url] },
    async send() {
      const message = Pinged("watched-1")
      await app.appendNextToStream("watched-1", [message])
      return message.id
    },
    async close() {
      await app.close()
      await backend.close()
    },
  }
}
