import { afterAll, beforeAll, describe, it } from "vitest"

import { backendConformance } from "../src/conformance/index.ts"
import { startRedis, type TestRedis } from "../src/servers/start-redis.ts"
import { redisHarness } from "./conformance/redis-harness.ts"

let server: TestRedis | undefined

beforeAll(async () => {
  server = await startRedis()
})

afterAll(() => server?.stop())

describe("on redis", () => {
  backendConformance(
    { describe, it },
    redisHarness(() => {
      if (server === undefined) throw new Error("the server is not started yet")
      return server
    }),
  )
})
