import { deepEqual, equal, rejects } from "node:assert/strict"

import { createApp, event, silentLogger } from "@millrace/core"
import { open } from "@millrace/mongodb"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { startProxy } from "../src/servers/start-proxy.ts"
import { mongoForTests } from "./mongo-for-tests.ts"

const mongo = await mongoForTests()
const Written = event("cut.written", Schema.Struct({ n: Schema.Int }))
const TIMES = 20

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  it(
    "a connection that has broken before the driver has learnt of it is one that broke: what is sent on it is sent again, and stored once [lesson 29 lesson 45]",
    { timeout: 120_000 },
    async () => {
      const url = mongo.server?.urlOf(`cut_${process.pid}`) ?? ""
      const proxy = await startProxy(Number(/:(\d+)/.exec(url)?.[1]))
      const app = await createApp({ backend: proxy.urlOf(url), logger: silentLogger })
      const messages = Array.from({ length: TIMES }, (_, n) => Written("text-1", { n }))
      try {
        for (const message of messages) {
          // In the same turn: the system knows, and the driver does not yet.
          proxy.cut()
          await app.dispatch(message)
        }
        const stored = await app.readStream("text-1")
        deepEqual(
          stored.map(({ id }) => id),
          messages.map(({ id }) => id),
        )
      } finally {
        await app.close()
        await proxy.close()
      }
    },
  )

  it(
    "a process that starts while its server is away is told so, and works as soon as it is there [lesson 35 lesson 45]",
    { timeout: 120_000 },
    async () => {
      const url = mongo.server?.urlOf(`late_${process.pid}`) ?? ""
      const proxy = await startProxy(Number(/:(\d+)/.exec(url)?.[1]))
      await proxy.refuse()
      const backend = open(`${proxy.urlOf(url)}&serverSelectionTimeoutMS=300`)
      try {
        // Several at a time: all but the first wait for connections that it then gives up.
        const starting = [backend.migrate(), backend.migrate(), backend.migrate()]
        await Promise.all(starting.map((one) => rejects(one, { code: "unavailable" })))
        await proxy.accept()
        equal((await backend.migrate()).format > 0, true)
      } finally {
        await backend.close()
        await proxy.close()
      }
    },
  )
})
