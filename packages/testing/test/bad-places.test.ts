import { deepEqual, equal, match, ok } from "node:assert/strict"
import { DatabaseSync } from "node:sqlite"
import { inspect } from "node:util"

import { type Backend, BackendError, openBackend } from "@millrace/core"
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

const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
const [NAMES, LOGS, URLS] = deep ? [20_000, 20, 5_000] : [200, 2, 100]
const TIMEOUT_MS = deep ? 1_200_000 : 120_000

/** In every URL that is made here. */
const SECRET = "hunter2-s3cr3t"

const HOSTILE = [
  "",
  " ",
  '"',
  "'",
  '"; DROP SCHEMA public CASCADE; --',
  "'); DROP TABLE x; --",
  "a.b",
  "$where",
  "{",
  "}:",
  "*",
  "?",
  "[a]",
  "%",
  "%zz",
  "\\",
  "\u0000",
  "a\u0000b",
  "a\nb",
  "é",
  "ſ",
  "K",
  "\ud800",
  "👩‍👩‍👧",
  "pg_catalog",
  "sqlite_x",
  "system.",
  "__proto__",
  "constructor",
  "x".repeat(10_000),
  "a".repeat(64),
  "1a",
  "A",
  "a-b",
  "a/b",
  "../a",
  "public",
  "\u202ea",
  "a;",
  "a\r\nFLUSHALL",
] as const

const name = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 2, arbitrary: fc.stringMatching(/^[a-z_][a-z0-9_]{0,45}$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[A-Za-z0-9_.:-]{1,70}$/) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
)

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

const sound = fc.stringMatching(/^[a-z_][a-z0-9_]{0,30}$/).filter((one) => !/^(pg_|sqlite_)/.test(one))

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

/** A URL of a storage with a password somewhere, and what may be wrong with it. No server listens on port 1. */
const url = fc
  .record({
    scheme: fc.constantFrom(
      "postgres",
      "postgresql",
      "redis",
      "rediss",
      "mongodb",
      "mongodb+srv",
      "POSTGRES",
      "sqlite",
      "core",
      "",
      "x y",
    ),
    slashes: fc.constantFrom("://", "://", "://", ":", ":/", ""),
    user: fc.constantFrom("shop:", "shop:", "shop:", ":", "a:b:", "%zz:", "sh@op:"),
    tail: fc.constantFrom("", "", "", "@", "%zz", "/x", "#", "?"),
    host: fc.constantFrom(
      "127.0.0.1:1",
      "127.0.0.1:1",
      "127.0.0.1:1",
      "127.0.0.1:999999",
      "[::1]:1",
      "[zz]",
      "",
      "127.0.0.1:1,127.0.0.1:2",
      "127.0.0.1:-1",
      "127.0.0.1:1:1",
    ),
    at: fc.constantFrom("@", "@", "@", "", "@@"),
    path: fc.constantFrom(
      "/shop",
      "",
      "/",
      "/a b",
      "/%zz",
      "/a%00b",
      "/a.b",
      "/$x",
      "/..",
      `/${"x".repeat(300)}`,
      "/a/b",
      "/'; DROP TABLE x; --",
    ),
    query: fc.constantFrom(
      "",
      "?",
      "?prefix=%zz",
      "?prefix='",
      "?prefix=shop_",
      "?schema=a&schema=b",
      "?schema=%00",
      "?listen=maybe",
      "?prepare=0",
      "?cluster=yes",
      `?password=${SECRET}`,
      "?sslmode=verify-full&sslrootcert=/not/there",
      "?options=-c%20x",
      "?db=x",
      "?family=9",
      "?connectTimeoutMS=x",
      "?directConnection=perhaps",
      "?authMechanism=NO",
      "?tls=true&tlsCAFile=/not/there",
      "?__proto__=1",
    ),
  })
  .map(({ scheme, slashes, user, tail, host, at, path, query }) => {
    // Those that nobody answers are given up soon.
    const brief = scheme.startsWith("mongodb") ? `${query === "" ? "?" : query}&serverSelectionTimeoutMS=30` : query
    return `${scheme}${slashes}${user}${SECRET}${tail}${at}${host}${path}${brief}`
  })

/** What once showed a password, or an error from inside. */
const ONCE_WRONG = [
  `shop:${SECRET}@127.0.0.1`,
  `postgres%zz:${SECRET}@127.0.0.1/shop`,
  `redis:${SECRET}@127.0.0.1:1/shop`,
  `sqlite://shop:${SECRET}@127.0.0.1:1/shop`,
  `postgres://${SECRET}#@127.0.0.1:1/shop`,
  `mongodb://shop:${SECRET}127.0.0.1:1/shop?serverSelectionTimeoutMS=30`,
  `mongodb://shop:${SECRET}@127.0.0.1:1/shop?prefix=%zz&serverSelectionTimeoutMS=30`,
  `mongodb://shop:${SECRET}@127.0.0.1:1/%zz?serverSelectionTimeoutMS=30`,
  "file://%zz/a",
]

/** What a log shows of an error: its own words, its stack, its fields and its causes. */
const shown = (error: unknown): string =>
  [inspect(error, { depth: 12, showHidden: true }), JSON.stringify(error), String(error)].join("\n")

/** Refused with a code, and without the password. */
function isCoded(error: unknown, given: string): void {
  ok(
    error instanceof Error && "code" in error && typeof error.code === "string",
    `not an error of ours: ${shown(error)}`,
  )
  match(error.code, /^[a-z][a-z-]*$/, `not a code of ours: ${shown(error)}`)
  // Behind `sqlite:` stands the name of a file.
  if (given.startsWith("sqlite:") && !given.includes("://")) return
  ok(!shown(error).includes(SECRET), `the password is shown: ${shown(error)}`)
}

/** Whether a call may go out: names of hosts would have to be looked up, and Redis is asked again for ten seconds. */
const isLocal = (given: string): boolean =>
  given.includes("@127.0.0.1:") && !given.startsWith("mongodb+srv") && (deep || !given.startsWith("redis"))

describe("a URL made by chance", () => {
  it("is opened, or refused with a code; its password is never shown", { timeout: TIMEOUT_MS }, async () => {
    let tries = 0
    await fc.assert(
      fc.asyncProperty(url, async (given) => {
        tries += 1
        let backend: Backend
        try {
          backend = await openBackend(given)
        } catch (error) {
          isCoded(error, given)
          return
        }
        try {
          if (isLocal(given) && !given.startsWith("sqlite")) await backend.read({ from: "log", limit: 1 })
        } catch (error) {
          isCoded(error, given)
        } finally {
          await backend.close()
        }
      }),
      { seed, numRuns: URLS, examples: ONCE_WRONG.map((one) => [one]) },
    )
    equal(tries, URLS)
  })
})
