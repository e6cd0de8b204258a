import { equal } from "node:assert/strict"

import { type Append, createApp, silentLogger } from "@millrace/core"
import { open, redisBackend } from "@millrace/redis"
import { Cluster } from "ioredis"
import { afterAll, beforeAll, describe, it, onTestFinished } from "vitest"

import { allRules } from "../../src/conformance/all-rules.ts"
import { backendConformance, type Harness } from "../../src/conformance/index.ts"
import { startRedis, type TestRedis } from "../../src/servers/start-redis.ts"
import { openLog } from "../conformance/open-log.ts"
import { assertCopied } from "./assert-copied.ts"
import { copier } from "./copier.ts"
import { noted } from "./noted.ts"
import { besideFor } from "./redis-for-test.ts"
import { refusalOf } from "./refusal-of.ts"
import { surely } from "./surely.ts"

/** What sends every kind of script and command that there is: a key outside the log's slot would be refused. */
const SUBJECTS = /^(?:migrate|append|read|documents|claim|lanes$|settle|schedules|processes|listen|operator)/

let server: TestRedis | undefined

function url(): string {
  if (server === undefined) throw new Error("the server is not started yet")
  return server.url
}

beforeAll(async () => {
  server = await startRedis({ cluster: true })
}, 30_000)

afterAll(() => server?.stop())

let logs = 0
const harness: Harness = {
  name: "redis, one node of a cluster,",
  async open({ partitions, migrated }) {
    logs += 1
    const prefix = `rule_${logs}`
    return openLog(
      { migrated },
      {
        open: (clock) => open(`${url()}?cluster=1`, { prefix, partitions, clock }),
        dispose: (closeAll) => closeAll(),
      },
    )
  },
}

describe("on redis", () => {
  backendConformance(
    { describe, it },
    harness,
    allRules.filter(({ subject }) => SUBJECTS.test(subject)),
  )

  it("an app works on a cluster through a client of its user's, which stays open", async () => {
    const { port } = new URL(url())
    const client = new Cluster([{ host: "127.0.0.1", port: Number(port) }])
    onTestFinished(() => client.disconnect())
    const backend = redisBackend(client, { prefix: "app" })
    const app = await createApp({ backend, reactors: [copier()], logger: silentLogger })
    const notes = Array.from({ length: 20 }, (_, at) => noted(`source-${at % 4}`, at))
    for (const note of notes) await app.dispatch(note)
    await app.drain()
    await assertCopied(
      backend,
      notes.map(({ id }) => id),
    )
    await app.close()
    await backend.close()
    equal(await client.set("still-open", "yes"), "OK")
  })

  it("a cluster that does not serve the log's slot is unavailable, whoever asks, and is used again when it does", async () => {
    const node = await startRedis({ cluster: true })
    onTestFinished(() => node.stop())
    const beside = besideFor(node.url)
    const asked = [`${node.url}?cluster=1`, node.url].map((one) => open(one, { connectTimeoutMs: 1_000 }))
    onTestFinished(async () => {
      for (const backend of asked) await backend.close()
    })
    const append: Append = { streams: [{ streamId: "a", expected: "any", messages: [noted("a", 1)] }] }
    for (const backend of asked) await backend.migrate()
    await beside.call("CLUSTER", "DELSLOTSRANGE", "0", "16383")
    for (const backend of asked) equal((await refusalOf(backend.append([append]))).code, "unavailable")
    await beside.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
    const [verdict] = await surely(() => asked[0]?.append([append]) ?? Promise.resolve([]))
    equal(verdict?.kind, "appended")
    const [again] = await surely(() => asked[1]?.append([append]) ?? Promise.resolve([]))
    equal(again?.kind, "duplicate")
  }, 30_000)
})
