import { deepEqual, equal, match, ok, rejects } from "node:assert/strict"

import type { Backend } from "@millrace/core"
import type { ReadQuery } from "@millrace/core/backend"
import { mongodbBackend } from "@millrace/mongodb"
import { type BSON, type Db, MongoClient } from "mongodb"
import { afterAll, beforeAll, describe, it } from "vitest"

import { store, to } from "../src/conformance/build/appending.ts"
import { claimNothing, claimPartition } from "../src/conformance/build/claims.ts"
import { ensure } from "../src/conformance/build/groups.ts"
import { command, event, events } from "../src/conformance/build/messages.ts"
import { allDone, settle } from "../src/conformance/build/settles.ts"
import { testClock } from "../src/test-clock.ts"
import { mongoForTests } from "./mongo-for-tests.ts"
import { mongoProxy } from "./mongo-wire/mongo-proxy.ts"
import type { WireCommand } from "./mongo-wire/wire-frame.ts"

const mongo = await mongoForTests()
const database = (name: string): string => mongo.server?.urlOf(`indexes_${process.pid}_${name}`) ?? ""

const COMMITS = "millrace_commits"

/** How often a process looks for its indexes, and within how many appends after it the look surely has an answer. */
const MINUTE_MS = 60_000
const MOST_TURNS = 500

async function withLog(
  name: string,
  use: (log: { readonly url: string; readonly raw: Db }) => Promise<void>,
): Promise<void> {
  const url = database(name)
  const client = new MongoClient(url)
  const backend = mongodbBackend(url)
  try {
    await backend.migrate()
    await use({ url, raw: client.db() })
  } finally {
    await backend.close()
    await client.close()
  }
}

/** Opens the log as a process that starts does, and appends. */
async function appendAnew(url: string): Promise<void> {
  const backend = mongodbBackend(url)
  try {
    await store(backend, event("a"))
  } finally {
    await backend.close()
  }
}

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  it("a log whose unique index was dropped is refused until migrate has made it again", async () => {
    await withLog("dropped", async ({ url, raw }) => {
      await appendAnew(url)
      await raw.collection(COMMITS).dropIndex("keys")
      await rejects(appendAnew(url), {
        code: "not-migrated",
        message: /lacks the unique index keys on millrace_commits.*run migrate/,
      })
      const repairing = mongodbBackend(url)
      const { steps } = await repairing.migrate()
      await repairing.close()
      deepEqual(steps.length, 1)
      match(steps[0] ?? "", /index keys on millrace_commits/)
      await appendAnew(url)
    })
  })

  it("a process that works notices a unique index that is dropped meanwhile, and writes no more until migrate has made it again", async () => {
    await withLog("dropped-later", async ({ url, raw }) => {
      const clock = testClock()
      const backend = mongodbBackend(url, { clock })
      try {
        await store(backend, event("a"))
        await raw.collection(COMMITS).dropIndex("keys")
        await clock.advance(MINUTE_MS)
        await rejects(
          async () => {
            for (let turn = 0; turn < MOST_TURNS; turn += 1) await store(backend, event("a"))
          },
          { code: "not-migrated", message: /lacks the unique index keys on millrace_commits/ },
        )
        await rejects(store(backend, event("a")), { code: "not-migrated" })
        await backend.migrate()
        await store(backend, event("a"))
      } finally {
        await backend.close()
      }
    })
  })

  it("an index of the right name that is not unique is as good as none", async () => {
    await withLog("shape", async ({ url, raw }) => {
      await raw.collection(COMMITS).dropIndex("keys")
      await raw.collection(COMMITS).createIndex({ keys: 1 }, { name: "keys" })
      await rejects(appendAnew(url), { code: "not-migrated" })
    })
  })

  it("a read whose index was dropped says what to do, and works again when migrate has made it", async () => {
    await withLog("dropped-read", async ({ url, raw }) => {
      const backend = mongodbBackend(url)
      const first = event("a")
      const query = { from: "correlation", correlationId: first.id, limit: 10 } as const
      try {
        await store(backend, first)
        await raw.collection(COMMITS).dropIndex("conversations")
        await rejects(backend.read(query), { code: "not-migrated", message: /run migrate/ })
        await backend.migrate()
        equal((await backend.read(query)).messages.length, 1)
      } finally {
        await backend.close()
      }
    })
  })

  describe("what is read", () => {
    const url = database("read")
    const seen: WireCommand[] = []
    let backend: Backend
    let client: MongoClient
    let close: () => Promise<void>

    /** What the backend asks of the server meanwhile, but for writes. */
    async function asked(work: () => Promise<unknown>): Promise<readonly WireCommand[]> {
      seen.length = 0
      await work()
      return seen.filter(
        ({ name }) => name === "find" || name === "aggregate" || name === "count" || name === "distinct",
      )
    }

    beforeAll(async () => {
      if (mongo.missing !== undefined) return
      const proxy = await mongoProxy(url, (one) => {
        seen.push(one)
        return "pass"
      })
      const opened = mongodbBackend(proxy.url)
      await opened.migrate()
      // Enough that no server prefers to go through all of it.
      for (let turn = 0; turn < 30; turn += 1) {
        await opened.append(
          Array.from({ length: 300 }, (_, at) =>
            to(`other-${turn}-${at}`, [event(`other-${turn}-${at}`, { type: `t${at % 100}` })]),
          ),
        )
      }
      backend = opened
      client = await new MongoClient(url).connect()
      close = async () => {
        await opened.close()
        await client.close()
        await proxy.close()
      }
    })
    afterAll(() => close())

    const first = event("stream-1", { type: "rare" })
    /** `by`: the indexes that lead to it, so that the rest of the log costs nothing. */
    const queries: readonly { readonly what: string; readonly query: ReadQuery; readonly by: readonly string[] }[] = [
      { what: "a stream", query: { from: "streams", streams: [{ streamId: "stream-1" }], limit: 10 }, by: ["keys"] },
      {
        what: "the end of a stream, commands too",
        query: {
          from: "streams",
          streams: [{ streamId: "stream-1" }],
          include: "all",
          direction: "backward",
          limit: 1,
        },
        by: [],
      },
      { what: "a page of the log", query: { from: "log", after: 2_000, limit: 10 }, by: ["_id_"] },
      { what: "the last message", query: { from: "log", direction: "backward", limit: 1 }, by: ["_id_"] },
      { what: "a rare type of the log", query: { from: "log", types: ["rare"], limit: 10 }, by: ["types"] },
      {
        what: "a type that nearly every commit has",
        query: { from: "log", types: ["t7"], after: 7_000, limit: 3 },
        by: ["_id_"],
      },
      {
        what: "a conversation",
        query: { from: "correlation", correlationId: first.id, limit: 10 },
        by: ["keys", "conversations"],
      },
      { what: "messages by id", query: { from: "ids", ids: [first.id] }, by: ["keys"] },
    ]
    it.each(queries)("$what is found by an index", async ({ query, what, by }) => {
      if ((await backend.read({ from: "ids", ids: [first.id] })).messages.length === 0)
        await store(backend, first, command("stream-1"))
      const commands = await asked(async () => {
        const { messages } = await backend.read(query)
        ok(messages.length > 0, `${what}: nothing was read`)
      })
      ok(commands.length > 0)
      const used = new Set<string>()
      for (const one of commands) {
        const indexes = await checkIndexed(client.db(), one)
        for (const index of indexes) used.add(index)
        const filter: unknown = one.body["filter"]
        for (const field of ["keys", "conversations"])
          if (by.includes(field) && typeof filter === "object" && filter !== null && field in filter)
            deepEqual(indexes, [field], `${what}: ${JSON.stringify(filter)}`)
      }
      for (const index of by) ok(used.has(index), `${what} is read by ${[...used].join(", ")} and not by ${index}`)
    })

    it("claim and settle find what they need by an index", async () => {
      await ensure(backend, { start: { at: "now" } })
      await store(backend, ...events("work", 3))
      const commands = await asked(async () => {
        const slice = await claimPartition(backend)
        await settle(backend, allDone(slice))
        await claimNothing(backend)
        await backend.promote(10)
        await rejects(store(backend, { ...event("work"), id: first.id }))
      })
      ok(commands.some(({ body }) => JSON.stringify(body["filter"]) === JSON.stringify({ open: 1 })))
      for (const one of commands) {
        const indexes = await checkIndexed(client.db(), one)
        const filter: unknown = one.body["filter"]
        for (const field of ["keys", "open"])
          if (typeof filter === "object" && filter !== null && field in filter) deepEqual(indexes, [field])
      }
    })
  })
})

/** Answers the indexes that lead to what this command asks for. Throws when the server would go through the whole collection. Collections of a few documents are beside the point. */
async function checkIndexed(db: Db, { name, collection, body }: WireCommand): Promise<readonly string[]> {
  if (!collection.endsWith("_commits")) return []
  const { lsid: _, $db: __, $readPreference: ___, $clusterTime: ____, ...explained } = body
  const plan: BSON.Document = await db.command({ explain: explained, verbosity: "queryPlanner" })
  const text = JSON.stringify(plan)
  equal(/"COLLSCAN"|"Seq Scan"/.test(text), false, `${name} goes through all of ${collection}: ${JSON.stringify(body)}`)
  const conditions = [...text.matchAll(/"Index Cond":"((?:[^"\\]|\\.)*)"/g)].map(([, condition]) => condition ?? "")
  // On DocumentDB a scan of everything is one of the index on _id that names the collection only.
  ok(
    conditions.length === 0 || conditions.some((condition) => /object_id|document/.test(condition)),
    `${name} goes through all of ${collection}: ${JSON.stringify(body)}`,
  )
  // DocumentDB names the index of each scan, and beside it those that it might have taken.
  const scans = [...text.matchAll(/"Index Name":"([^"]*)"/g)]
  const named = scans.length > 0 ? scans : [...text.matchAll(/"indexName":"([^"]*)"/g)]
  return [...new Set(named.map(([, index = ""]) => index))]
}
