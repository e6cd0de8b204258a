import { Redis } from "ioredis"
import { onTestFinished } from "vitest"

import { type RedisServerOptions, startRedis, type TestRedis } from "../../src/servers/start-redis.ts"

/** A server for one test, and a connection beside Millrace to disturb and to inspect it. Both are gone when the test has finished. */
export interface RedisForTest extends TestRedis {
  readonly beside: Redis
}

export async function redisForTest(options: RedisServerOptions = { appendfsync: "no" }): Promise<RedisForTest> {
  const server = await startRedis(options)
  onTestFinished(() => server.stop())
  return { ...server, beside: besideFor(server.url) }
}

/** A connection that comes back quickly, for as long as the test runs. */
export function besideFor(url: string): Redis {
  const beside = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
  beside.on("error", () => {})
  onTestFinished(() => beside.disconnect())
  return beside
}
