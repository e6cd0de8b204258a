import type { Backend } from "@millrace/core"
import { postgresBackend } from "@millrace/postgres"

import { testClock } from "../../src/test-clock.ts"
import { postgresProtocol } from "./postgres-protocol.ts"
import type { Site } from "./site.ts"
import { strikingProxy } from "./striking-proxy.ts"

const SCHEMA = "crash_points"

/** PostgreSQL behind a wire. `url`: of a database in which nothing else is called like this. */
export async function postgresSite(url: string): Promise<Site> {
  const clock = testClock()
  const options = { clock, schema: SCHEMA, partitions: 1, maxConnections: 4 }
  const { hostname, port } = new URL(url)
  const proxy = await strikingProxy({ host: hostname, port: Number(port) }, postgresProtocol)
  const wired = new URL(url)
  wired.host = `127.0.0.1:${proxy.port}`
  const healthy = postgresBackend(url, options)
  await healthy.migrate()
  const opened: Backend[] = [healthy]
  return {
    clock,
    wire: proxy.wire,
    healthy: () => healthy,
    faulty() {
      const backend = postgresBackend(wired.href, options)
      opened.push(backend)
      return backend
    },
    async close() {
      await healthy.operator.uninstall(SCHEMA)
      for (const backend of opened) await backend.close()
      await proxy.close()
    },
  }
}
