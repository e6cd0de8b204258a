import { afterAll, beforeAll } from "vitest"

import { startPostgres, type TestPostgres } from "../../src/servers/start-postgres.ts"
import { startPgBouncer, type TestPgBouncer } from "./start-pgbouncer.ts"

/** A server behind a pooler, for the tests of a `describe`. */
export function poolerForTests(): () => TestPgBouncer {
  let server: TestPostgres | undefined
  let pooler: TestPgBouncer | undefined
  beforeAll(async () => {
    server = await startPostgres({ settings: { fsync: "off" } })
    pooler = await startPgBouncer(server.url)
  })
  afterAll(async () => {
    await pooler?.stop()
    await server?.stop()
  })
  return () => {
    if (pooler === undefined) throw new Error("the pooler is not started yet")
    return pooler
  }
}
