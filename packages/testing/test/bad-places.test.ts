import { deepEqual, equal, match, ok } from "node:assert/strict"
import { DatabaseSync } from "node:sqlite"
import { inspect } from "node:util"

import { type Backend, BackendError } from "@millrace/core"
import { mongodbBackend } from "@millrace/mongodb"
import { postgresBackend } from "@millrace/postgres"
import { redisBackend } from "@millrace/redis"
import { sqliteBackend } from "@millrace/sqlite"
import fc from "fast-check"
import { describe, it, onTestFinished } from "vitest"

import { store } from "../src/conformance/build/appending.ts"
import { event } from "../src/conformance/build/messages.ts"
import { startPostgres } from "../src/servers/start-postgres.ts"
import { startRedis } from "../src/servers/start-redis.ts"
import { mongoForTests } from "./mongo-for-tests.ts"
import { name, sound } from "./names-by-chance.ts"

const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
const [NAMES, LOGS] = deep ? [20_000, 20] : [200, 2]
const TIMEOUT_MS = deep ? 1_200_000 : 120_000

/** Makes it, or the error of ours that refuses it. Anything else is a defect. */
function made<T>(make: () => T): T | BackendError {
  try {
    return make()
  } catch (error) {
    ok(error instanceof BackendError, `not an error of ours: ${inspect(error)}`)
    return error
  }
}

/** The places that a name may stand in, and how a backend with it is made. Nothing is opened before its first call. */
const places: Readonly<Record<string, (given: string) => Backend<never>>> = {
  "tablePrefix of SQLite": (tablePrefix) => sqliteBackend("sqlite::memory:", { tablePrefix }),
  "schema of Postgres": (schema) => postgresBackend("postgres://127.0.0.1:1/shop", { schema }),
  "prefix of Postgres": (prefix) => postgresBackend("postgres://127.0.0.1:1/shop", { prefix }),
  "prefix of Redis": (prefix) => redisBackend("redis://127.0.0.1:1", { prefix }),
  "prefix of MongoDB": (prefix) => mongodbBackend("mongodb://127.0.0.1:1/shop", { prefix }),
  "database of MongoDB": (database) => mongodbBackend("mongodb://127.0.0.1:1/shop", { database }),
}

/** What every place lets through at most: nothing that means something to a statement, a pattern or a path. */
const HARMLESS = /^[A-Za-z0-9_.:-]*$/

describe("a name made by chance", () => {
  for (const [place, open] of Object.entries(places)) {
    it(`is harmless as ${place}, or refused by the option's name`, { timeout: TIMEOUT_MS }, async () => {
      await fc.assert(
        fc.asyncProperty(name, async (given) => {
          const opened = made(() => open(given))
          if (opened instanceof BackendError) {
            equal(opened.code, "invalid")
            match(opened.message, new RegExp(`option ${place.split(" ")[0]} must be `))
            return
          }
          await opened.close()
          match(given, HARMLESS)
          ok(given.length <= 60)
        }),
        { seed, numRuns: NAMES },
      )
    })
  }
})

/** A log with this name holds what is put into it, and all that it made is gone again with it. */
async function holdsALog(backend: Backend<never>, called: string): Promise<void> {
  try {
    await backend.migrate()
    const one = event("stream-1")
    await store(backend, one)
    const { messages } = await backend.read({ from: "log", limit: 10 })
    deepEqual(
      messages.map(({ id }) => id),
      [one.id],
    )
    await backend.operator.uninstall(called)
  } finally {
    await backend.close()
  }
}

describe("on sqlite", () => {
  it("a log whose tables have a prefix made by chance touches no others", { timeout: TIMEOUT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(sound, async (prefix) => {
        const db = new DatabaseSync(":memory:")
        db.exec(`CREATE TABLE "mine" (a); INSERT INTO mine VALUES (1)`)
        const tables = (): readonly string[] =>
          db
            .prepare("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY name")
            .all()
            .map((row) => String(row["name"]))
        const backend = sqliteBackend(db, { tablePrefix: prefix })
        await backend.migrate()
        ok(tables().every((table) => table === "mine" || table.startsWith(prefix)))
        await holdsALog(backend, `:memory:/${prefix}`)
        deepEqual(tables(), ["mine"])
        db.close()
      }),
      { seed, numRuns: LOGS },
    )
  })
})

describe("on postgres", () => {
  it("a log in a schema and with a prefix made by chance holds what it is given", { timeout: TIMEOUT_MS }, async () => {
    const server = await startPostgres({ settings: { fsync: "off" } })
    onTestFinished(() => server.stop())
    let logs = 0
    await fc.assert(
      fc.asyncProperty(sound, sound, async (schema, prefix) => {
        await holdsALog(postgresBackend(server.url, { schema, prefix }), `${schema}.${prefix}`)
        logs += 1
      }),
      { seed, numRuns: LOGS, endOnFailure: true },
    )
    equal(logs, LOGS)
  })
})

describe("on redis", () => {
  it("a log with a prefix made by chance holds what it is given", { timeout: TIMEOUT_MS }, async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    let logs = 0
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,40}$/), async (prefix) => {
        await holdsALog(redisBackend(server.url, { prefix }), prefix)
        logs += 1
      }),
      { seed, numRuns: LOGS },
    )
    equal(logs, LOGS)
  })
})

const { server: mongo, missing } = await mongoForTests()
const title = missing === undefined ? "mongodb" : `mongodb, skipped: ${missing}`
describe.skipIf(mongo === undefined)(`on ${title}`, () => {
  it("a log with a prefix made by chance holds what it is given", { timeout: TIMEOUT_MS }, async () => {
    const database = `bad_places_${process.pid}`
    let logs = 0
    await fc.assert(
      fc.asyncProperty(sound, async (prefix) => {
        await holdsALog(mongodbBackend(mongo?.urlOf(database) ?? "", { prefix }), `${database}.${prefix}`)
        logs += 1
      }),
      { seed, numRuns: LOGS, endOnFailure: true },
    )
    equal(logs, LOGS)
  })
})
