import { Redis } from "ioredis"

import { startRedis, type TestRedis } from "../../../packages/testing/src/servers/start-redis.ts"
import type { Server } from "./server.ts"

/** Everything from a millisecond on is noted, so that the longest script of a round can be told. */
const settings = { "slowlog-log-slower-than": "1000", "slowlog-max-len": "100000" }

/** Redis servers of our own that write and synchronise an append-only file: a fresh one for each round, for it starts in a blink. */
export async function startRedisServer(appendfsync: "always" | "everysec"): Promise<Server> {
  const start = (): Promise<TestRedis> => startRedis({ appendfsync, settings })
  const first = await start()
  const redis = await versionOf(first.url)
  await first.stop()
  return {
    facts: { redis, appendfsync },
    async place() {
      const server = await start()
      return { url: server.url, drop: () => server.stop() }
    },
    async stop() {},
  }
}

async function versionOf(url: string): Promise<string> {
  const redis = new Redis(url)
  try {
    return /redis_version:(\S+)/.exec(await redis.info("server"))?.[1] ?? "unknown"
  } finally {
    redis.disconnect()
  }
}
