import { deepEqual, ok } from "node:assert/strict"
import { randomUUID } from "node:crypto"

import { type Backend, BackendError } from "@millrace/core/backend"
import { open as openMongodb } from "@millrace/mongodb"
import { open as openPostgres } from "@millrace/postgres"
import { open as openRedis } from "@millrace/redis"
import { describe, it } from "vitest"

import { appendOne, to } from "../src/conformance/build/appending.ts"
import { event } from "../src/conformance/build/messages.ts"
import { readAll } from "../src/conformance/build/reading.ts"
import { startPostgres } from "../src/servers/start-postgres.ts"
import { startRedis } from "../src/servers/start-redis.ts"
import { mongoForTests } from "./mongo-for-tests.ts"
import { wayThatStops } from "./way-that-stops.ts"

/** How long an answer, and a connection, are waited for here. */
const SHORT_MS = 500
/** An answer that never comes, and as many as a machine that is busy with other things may owe. */
const MOST_TRIES = 20

const name = `dead_${randomUUID().replaceAll("-", "_")}`
const mongo = await mongoForTests()

interface Storage {
  readonly storage: string
  readonly missing?: string | undefined
  readonly serve: () => Promise<{ readonly url: string; stop(): Promise<void> }>
  readonly open: (url: string) => Backend
}

const storages: readonly Storage[] = [
  {
    storage: "postgres",
    serve: async () => startPostgres({ settings: { fsync: "off" } }),
    open: (url) =>
      openPostgres(`${url}?schema=${name}`, { answerTimeoutMs: SHORT_MS, connectTimeoutMs: SHORT_MS * 10 }),
  },
  {
    storage: "redis",
    serve: async () => startRedis(),
    open: (url) => openRedis(url, { prefix: name, commandTimeoutMs: SHORT_MS, connectTimeoutMs: SHORT_MS * 10 }),
  },
  {
    storage: "mongodb",
    missing: mongo.missing,
    serve: async () => ({ url: mongo.server?.urlOf(name) ?? "", stop: async () => {} }),
    open: (url) => openMongodb(url, { answerMs: SHORT_MS }),
  },
]

describe.each(storages)("on $storage", ({ missing, serve, open }) => {
  it.skipIf(missing)(
    "a connection whose other end is gone without a word is given up, and what follows goes by another one: an append is there once [lesson 29 lesson 45]",
    { timeout: 120_000 },
    async () => {
      const server = await serve()
      const way = await wayThatStops(server.url)
      const backend = open(way.url)
      try {
        await backend.migrate()
        await appendOne(backend, to("a", [event("a")]))
        way.stop()
        const second = to("a", [event("a")])
        let tries = 0
        while (!(await isThere(backend, second))) ok((tries += 1) < MOST_TRIES)
        deepEqual(
          (await readAll(backend)).map(({ position }) => position),
          [1, 2],
        )
      } finally {
        await backend.close()
        await way.close()
        await server.stop()
      }
    },
  )
})

/** Appends; says false where its outcome is unknown, or nobody answers: then the same is to be appended again. */
async function isThere(backend: Backend, append: ReturnType<typeof to>): Promise<boolean> {
  try {
    return (await appendOne(backend, append)).kind !== "refused"
  } catch (error) {
    if (error instanceof BackendError && (error.code === "outcome-unknown" || error.code === "unavailable"))
      return false
    throw error
  }
}
