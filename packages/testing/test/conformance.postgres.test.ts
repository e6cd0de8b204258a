import { afterAll, beforeAll, describe, it } from "vitest"

import { backendConformance } from "../src/conformance/index.ts"
import { startPostgres, type TestPostgres } from "../src/servers/start-postgres.ts"
import { postgresHarness } from "./conformance/postgres-harness.ts"

let server: TestPostgres | undefined

beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: "off" } })
})

afterAll(() => server?.stop())

describe("on postgres", () => {
  backendConformance(
    { describe, it },
    postgresHarness(() => {
      if (server === undefined) throw new Error("the server is not started yet")
      return server
    }),
  )
})
