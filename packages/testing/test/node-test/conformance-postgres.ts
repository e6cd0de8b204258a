import { after, before, describe, it } from "node:test"

import { backendConformance } from "@millrace/testing/conformance"

import { startPostgres, type TestPostgres } from "../../src/servers/start-postgres.ts"
import { postgresHarness } from "../conformance/postgres-harness.ts"
import { rulesOfThisRun } from "./rules-of-this-run.ts"

let server: TestPostgres | undefined

before(async () => {
  server = await startPostgres({ settings: { fsync: "off" } })
})

after(() => server?.stop())

backendConformance(
  { describe, it },
  postgresHarness(() => {
    if (server === undefined) throw new Error("the server is not started yet")
    return server
  }),
  rulesOfThisRun(),
)
