import { equal } from "node:assert/strict"

import { describe, it } from "vitest"

import { startMongo } from "../src/servers/start-mongo.ts"
import type { TestMongo } from "../src/servers/test-mongo.ts"
import { killStorage } from "./mongo-wire/kill-storage.ts"
import { underFire } from "./mongo-wire/under-fire.ts"

const PATIENCE_MS = 90_000

const hasProgram = (process.env["MILLRACE_MONGODB_SERVER"] ?? "") !== ""

const kills: readonly { readonly what: string; readonly kill: (server: TestMongo) => Promise<void> }[] = [
  { what: "the PostgreSQL below it", kill: killStorage },
  { what: "the server", kill: (server) => server.kill() },
]

describe.runIf(hasProgram)("on mongodb", () => {
  it.each(kills)(
    "kill -9 of $what under four writers and two workers loses nothing confirmed, leaves no gap and does nothing twice [lesson 29 lesson 35 lesson 45 lesson 46]",
    { timeout: PATIENCE_MS },
    async ({ kill }) => {
      const server = await startMongo({ restartable: true })
      const url = server.urlOf("killed")
      let killed = 0
      try {
        await underFire({
          url,
          wire: url,
          writers: 4,
          workers: 2,
          confirmed: 200,
          async trouble() {
            await kill(server)
            await server.restart()
            killed += 1
          },
        })
      } finally {
        await server.stop()
      }
      equal(killed, 1)
    },
  )
})
