import { ok } from "node:assert/strict"

import { open } from "@millrace/redis"
import type { Redis } from "ioredis"
import { describe, it, onTestFinished } from "vitest"

import { assertCopied } from "./assert-copied.ts"
import { redisForTest } from "./redis-for-test.ts"
import { startTraffic } from "./traffic.ts"
import { untilCopied } from "./until-copied.ts"
import { workerOn } from "./worker-on.ts"

const LEASE_MS = 300
const LONGER_THAN_LEASE_MS = 900
/** So that something is being handled at any moment. */
const COPY_MS = 2
const WRITERS = 4
const ROUNDS = 3
const BETWEEN = 100

/** What may happen to a server that goes on living. */
const disturbances: readonly {
  readonly what: string
  readonly lessons: string
  readonly disturb: (beside: Redis) => Promise<unknown>
}[] = [
  {
    what: "a server that sleeps for longer than the lease",
    lessons: "lesson 7 lesson 35",
    disturb: (beside) => beside.call("DEBUG", "SLEEP", String(LONGER_THAN_LEASE_MS / 1_000)),
  },
  {
    what: "a server that pauses its clients for longer than the lease",
    lessons: "lesson 7 lesson 35",
    disturb: (beside) => beside.call("CLIENT", "PAUSE", String(LONGER_THAN_LEASE_MS), "ALL"),
  },
  {
    what: "a server that pauses writes for longer than the lease",
    lessons: "lesson 7 lesson 35",
    disturb: (beside) => beside.call("CLIENT", "PAUSE", String(LONGER_THAN_LEASE_MS), "WRITE"),
  },
  {
    what: "a server that cuts every connection",
    lessons: "lesson 45 lesson 29",
    async disturb(beside) {
      for (const type of ["normal", "pubsub", "normal"]) await beside.call("CLIENT", "KILL", "TYPE", type)
    },
  },
  {
    what: "a server that forgets its scripts",
    lessons: "lesson 16",
    disturb: (beside) => beside.call("SCRIPT", "FLUSH"),
  },
]

describe("on redis", () => {
  for (const { what, lessons, disturb } of disturbances) {
    it(`${what} loses nothing, doubles nothing, reorders nothing and ends no worker [${lessons}]`, async () => {
      const server = await redisForTest({ appendfsync: "no", debugCommands: true })
      const log = open(server.url)
      onTestFinished(() => log.close())
      await log.migrate()
      const traffic = await startTraffic(server.url, WRITERS)
      let ended = 0
      for (const processName of ["worker-1", "worker-2"]) {
        const worker = await workerOn(server.url, {
          processName,
          limits: { leaseMs: LEASE_MS },
          beforeAnswer: () => new Promise((resolve) => void setTimeout(resolve, COPY_MS)),
        })
        void worker.ended.finally(() => (ended += 1))
      }
      for (let round = 0; round < ROUNDS; round += 1) {
        await traffic.more(BETWEEN)
        await disturb(server.beside)
      }
      await traffic.more(BETWEEN)
      await traffic.stop()
      await untilCopied(log)
      ok(ended === 0, "a worker ended")
      await assertCopied(log, traffic.acknowledged)
    }, 60_000)
  }
})
