import { deepEqual, equal, ok } from "node:assert/strict"

import { createApp, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import { describe, it, onTestFinished } from "vitest"

import { assertCopied } from "./assert-copied.ts"
import { noted } from "./noted.ts"
import { redisForTest } from "./redis-for-test.ts"
import { startCopier } from "./start-copier.ts"
import { startTraffic } from "./traffic.ts"
import { untilCopied } from "./until-copied.ts"

const WRITERS = 4
const CRASHES = 3
const BETWEEN_CRASHES = 100
const LEASE_MS = 400
/** On a machine whose disk has other things to do as well. */
const TEST_MS = 120_000

describe("on redis", () => {
  it(
    "a server killed again and again under 4 writers and 2 workers loses nothing acknowledged with appendfsync always, and ends no worker [lesson 35 lesson 16]",
    async () => {
      const server = await redisForTest({ appendfsync: "always" })
      const log = open(server.url)
      onTestFinished(() => log.close())
      await log.migrate()
      const traffic = await startTraffic(server.url, WRITERS)
      const workers = await Promise.all(["worker-1", "worker-2"].map((name) => startCopier(server.url, name)))
      for (let crash = 0; crash < CRASHES; crash += 1) {
        await traffic.more(BETWEEN_CRASHES)
        await server.restart()
      }
      await traffic.more(BETWEEN_CRASHES)
      await traffic.stop()
      await untilCopied(log)
      ok(traffic.acknowledged.length > CRASHES * BETWEEN_CRASHES)
      await assertCopied(log, traffic.acknowledged)
      deepEqual(
        workers.map(({ child }) => [child.exitCode, child.signalCode]),
        workers.map(() => [null, null]),
      )
      for (const worker of workers) equal(await worker.stop(), 0)
    },
    TEST_MS,
  )

  it(
    "a server that is away for longer than the leases ends no worker, and what was held is handled once in effect [lesson 35]",
    async () => {
      const server = await redisForTest({ appendfsync: "always" })
      const log = open(server.url)
      onTestFinished(() => log.close())
      const app = await createApp({ backend: log, logger: silentLogger })
      const notes = Array.from({ length: 60 }, (_, at) => noted(`source-${at % 10}`, at))
      for (const note of notes) await app.dispatch(note)
      const workers = await Promise.all(
        ["worker-1", "worker-2"].map((name) => startCopier(server.url, name, { leaseMs: LEASE_MS, copyMs: 100 })),
      )
      await Promise.all(workers.map((worker) => worker.said("began")))
      await server.kill()
      await new Promise((resolve) => void setTimeout(resolve, 3 * LEASE_MS))
      await server.start()
      await untilCopied(log)
      await assertCopied(
        log,
        notes.map(({ id }) => id),
      )
      for (const worker of workers) equal(await worker.stop(), 0)
    },
    TEST_MS,
  )
})
