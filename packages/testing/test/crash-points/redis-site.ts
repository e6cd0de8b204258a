import type { Backend } from "@millrace/core"
import { redisBackend } from "@millrace/redis"

import { testClock } from "../../src/test-clock.ts"
import { redisProtocol } from "./redis-protocol.ts"
import type { Site } from "./site.ts"
import { strikingProxy } from "./striking-proxy.ts"

const PREFIX = "crash_points"

/** Redis behind a wire. */
export async function redisSite(url: string): Promise<Site> {
  const clock = testClock()
  const options = { clock, prefix: PREFIX, partitions: 1 }
  const { hostname, port } = new URL(url)
  const proxy = await strikingProxy({ host: hostname, port: Number(port) }, redisProtocol)
  const wired = new URL(url)
  wired.host = `127.0.0.1:${proxy.port}`
  const healthy = redisBackend(url, options)
  await healthy.migrate()
  const opened: Backend[] = [healthy]
  return {
    clock,
    wire: proxy.wire,
    healthy: () => healthy,
    faulty() {
      const backend = redisBackend(wired.href, options)
      opened.push(backend)
      return backend
    },
    async close() {
      await healthy.operator.uninstall(PREFIX)
      for (const backend of opened) await backend.close()
      await proxy.close()
    },
  }
}
