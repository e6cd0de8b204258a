import type { Clock } from "@millrace/core"
import { postgresBackend } from "@millrace/postgres"

import { testClock } from "../../src/test-clock.ts"
import { postgresProtocol } from "./postgres-protocol.ts"
import { siteBehind } from "./site-behind.ts"
import { SITE_PARTITIONS } from "./site-partitions.ts"
import type { Door, Site } from "./site.ts"
import { strikingProxy } from "./striking-proxy.ts"

const SCHEMA = "crash_points"

const optionsWith = (clock: Clock) =>
  ({ clock, schema: SCHEMA, partitions: SITE_PARTITIONS, maxConnections: 4 }) as const

/** A way to a log in PostgreSQL that is there already. */
export async function postgresDoor(url: string, clock: Clock): Promise<Door> {
  const { hostname, port } = new URL(url)
  const proxy = await strikingProxy({ host: hostname, port: Number(port) }, postgresProtocol)
  const wired = new URL(url)
  wired.host = `127.0.0.1:${proxy.port}`
  return {
    wire: proxy.wire,
    open: () => postgresBackend(wired.href, optionsWith(clock)),
    close: () => proxy.close(),
  }
}

/** PostgreSQL behind a wire. `url`: of a database in which nothing else is called like this. */
export async function postgresSite(url: string): Promise<Site> {
  const clock = testClock()
  const door = await postgresDoor(url, clock)
  const healthy = postgresBackend(url, optionsWith(clock))
  return siteBehind({ url, clock, door, healthy, before: () => healthy.operator.uninstall(SCHEMA) })
}
