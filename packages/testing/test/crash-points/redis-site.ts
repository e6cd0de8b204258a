import type { Clock } from "@millrace/core"
import { redisBackend } from "@millrace/redis"

import { testClock } from "../../src/test-clock.ts"
import { redisProtocol } from "./redis-protocol.ts"
import { siteBehind } from "./site-behind.ts"
import { SITE_PARTITIONS } from "./site-partitions.ts"
import type { Door, Site } from "./site.ts"
import { strikingProxy } from "./striking-proxy.ts"

const PREFIX = "crash_points"

const optionsWith = (clock: Clock) => ({ clock, prefix: PREFIX, partitions: SITE_PARTITIONS }) as const

/** A way to a log in Redis that is there already. */
export async function redisDoor(url: string, clock: Clock): Promise<Door> {
  const { hostname, port } = new URL(url)
  const proxy = await strikingProxy({ host: hostname, port: Number(port) }, redisProtocol)
  const wired = new URL(url)
  wired.host = `127.0.0.1:${proxy.port}`
  return {
    wire: proxy.wire,
    open: () => redisBackend(wired.href, optionsWith(clock)),
    close: () => proxy.close(),
  }
}

/** Redis behind a wire. */
export async function redisSite(url: string): Promise<Site> {
  const clock = testClock()
  const door = await redisDoor(url, clock)
  const healthy = redisBackend(url, optionsWith(clock))
  return siteBehind({ url, clock, door, healthy, before: () => healthy.operator.uninstall(PREFIX) })
}
