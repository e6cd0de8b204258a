import { startRedis } from "@millrace/testing"

import { readRedis } from "../audit/read/read-redis.ts"
import type { Storage } from "./storage.ts"

/** A server of the run's own. Only with `appendfsync always` does what was answered outlive a kill. */
export async function openRedis(): Promise<Storage> {
  const server = await startRedis({ appendfsync: "always" })
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    settings: "appendonly=yes, appendfsync=always",
    crash: { kill: () => server.kill(), revive: () => server.start() },
    freeze: { on: () => server.pause(), off: () => server.resume() },
    read: () => readRedis(server.url),
    close: () => server.stop(),
  }
}
