import { after, before, describe, it } from "node:test"

import { backendConformance } from "@millrace/testing/conformance"

import { startRedis, type TestRedis } from "../../src/servers/start-redis.ts"
import { redisHarness } from "../conformance/redis-harness.ts"

let server: TestRedis | undefined

before(async () => {
  server = await startRedis()
})

after(() => server?.stop())

backendConformance(
  { describe, it },
  redisHarness(() => {
    if (server === undefined) throw new Error("the server is not started yet")
    return server
  }),
)
