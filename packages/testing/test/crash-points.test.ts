import { deepEqual, ok } from "node:assert/strict"

import { afterAll, beforeAll, describe, it } from "vitest"

import { startPostgres } from "../src/servers/start-postgres.ts"
import { startRedis } from "../src/servers/start-redis.ts"
import { auditedRead } from "./crash-points/audited-read.ts"
import { callsInHistories } from "./crash-points/calls-in-histories.ts"
import { mongodbSite } from "./crash-points/mongodb-site.ts"
import { postgresSite } from "./crash-points/postgres-site.ts"
import { redisSite } from "./crash-points/redis-site.ts"
import { scenarios } from "./crash-points/scenarios.ts"
import type { Mishap, Site } from "./crash-points/site.ts"
import { sqliteSite } from "./crash-points/sqlite-site.ts"
import { callsOf, strikeEachStep } from "./crash-points/strike-each-step.ts"
import { hashOf } from "./histories/cast.ts"
import { mongoForTests } from "./mongo-for-tests.ts"

/** `npm run test:deep` strikes every call; other runs a fifth of them, which the seed picks. */
const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
const PICKED = 5
const TIMEOUT_MS = deep ? 1_200_000 : 120_000

/** A storage with its crash points, and how it is ended. */
interface Storage {
  readonly site: Site
  readonly end: () => Promise<void>
}

interface Struck {
  readonly name: string
  readonly mishaps: readonly Mishap[]
  readonly open: () => Promise<Storage>
}

const sqlite: Struck = {
  name: "sqlite",
  mishaps: ["dead"],
  open: async () => ({ site: await sqliteSite(), end: async () => {} }),
}

const postgres: Struck = {
  name: "postgres",
  mishaps: ["lost", "unanswered", "dead"],
  open: async () => {
    const server = await startPostgres({ settings: { fsync: "off" } })
    return { site: await postgresSite(server.url), end: () => server.stop() }
  },
}

const redis: Struck = {
  name: "redis",
  mishaps: ["lost", "unanswered", "dead"],
  open: async () => {
    const server = await startRedis()
    return { site: await redisSite(server.url), end: () => server.stop() }
  },
}

const mongo = await mongoForTests()
const mongodb: Struck = {
  name: mongo.missing === undefined ? "mongodb" : `mongodb, skipped: ${mongo.missing}`,
  mishaps: ["lost", "unanswered", "silent", "dead", "gone"],
  open: async () => ({
    site: await mongodbSite(mongo.server?.urlOf(`crash_points_${process.pid}`) ?? ""),
    end: async () => {},
  }),
}

/** One of them, and of its calls so many more that a fifth of all are struck; in deep runs all. */
function mishapsOf(name: string, what: string, mishaps: readonly Mishap[]): readonly Mishap[] {
  return deep ? mishaps : mishaps.filter((_, at) => at === hashOf("mishap", name, what, seed) % mishaps.length)
}

for (const { name, mishaps, open } of [sqlite, postgres, redis, mongodb]) {
  describe.skipIf(name.includes("skipped"))(`on ${name}`, () => {
    let storage: Storage | undefined
    beforeAll(async () => {
      storage = await open()
    })
    afterAll(async () => {
      await storage?.site.close()
      await storage?.end()
    })

    it.runIf(deep)(
      "every call that writes which random histories make in append, claim, extend, settle and promote is among those struck [lesson 47]",
      { timeout: TIMEOUT_MS },
      async () => {
        if (storage === undefined) throw new Error("the storage is not open yet")
        const { site } = storage
        const known = new Set<string>()
        for (const scenario of scenarios) for (const call of await callsOf(site, scenario)) known.add(call)
        const made = await callsInHistories(site)
        deepEqual([...made].filter((call) => !known.has(call)).toSorted(), [])
      },
    )

    for (const scenario of scenarios) {
      it(
        `${scenario.what}: struck at each of its calls, it is there wholly or not at all, and once [lesson 7 lesson 29 lesson 46]`,
        { timeout: TIMEOUT_MS },
        async () => {
          if (storage === undefined) throw new Error("the storage is not open yet")
          for (const mishap of mishapsOf(name, scenario.what, mishaps)) {
            if (mishap === "gone" && scenario.leftAlone !== true) continue
            const picked = (step: number): boolean =>
              deep || hashOf("crash point", name, scenario.what, mishap, step, seed) % PICKED < mishaps.length
            const told = `MILLRACE_SEED=${seed} strikes ${scenario.what}: ${mishap}`
            const { points } = await strikeEachStep(storage.site, { scenario, mishap }, picked).catch(
              (cause: unknown) => {
                throw new Error(told, { cause })
              },
            )
            ok(points > 0, `${scenario.what} makes no call at all`)
          }
          await auditedRead(storage.site.healthy())
        },
      )
    }
  })
}
