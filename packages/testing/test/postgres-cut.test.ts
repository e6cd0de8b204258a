import { equal } from "node:assert/strict"

import { createApp, event, silentLogger } from "@millrace/core"
import { Client } from "pg"
import { describe, it, onTestFinished } from "vitest"

import { startPostgres } from "../src/servers/start-postgres.ts"
import { startProxy } from "../src/servers/start-proxy.ts"

const Written = event("cut.written")

describe("on postgres", () => {
  it(
    "a server that lets a connection in and ends it in the same breath ends no process [lesson 35 lesson 45]",
    { timeout: 120_000 },
    async () => {
      const server = await startPostgres({ settings: { fsync: "off" } })
      onTestFinished(() => server.stop())
      const proxy = await startProxy(Number(new URL(server.url).port))
      onTestFinished(() => proxy.close())
      const admin = new Client(server.url)
      await admin.connect()
      onTestFinished(() => admin.end())
      await (await createApp({ backend: server.url, logger: silentLogger })).close()
      const app = await createApp({ backend: proxy.urlOf(server.url), logger: silentLogger, migrate: false })
      onTestFinished(() => app.close())

      // What the server says of letting it in is held back until it has also said that it is over: both arrive at once.
      proxy.blackhole("answers")
      const stored = app.dispatch(Written("text-1"))
      let ended = 0
      while (ended === 0) {
        const { rows } = await admin.query<{ pid: number }>(
          "SELECT pid FROM pg_stat_activity WHERE application_name = 'millrace' AND state = 'idle'",
        )
        for (const { pid } of rows) await admin.query("SELECT pg_terminate_backend($1, 10000)", [pid])
        ended = rows.length
      }
      proxy.pass()
      equal((await stored).position, 1)
    },
  )
})
