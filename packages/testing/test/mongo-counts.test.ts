import { deepEqual, equal, ok } from "node:assert/strict"

import { mongodbBackend } from "@millrace/mongodb"
import { type Db, MongoClient } from "mongodb"
import { describe, it } from "vitest"

import { to } from "../src/conformance/build/appending.ts"
import { event } from "../src/conformance/build/messages.ts"
import { mongoForTests } from "./mongo-for-tests.ts"

const STREAMS = 20
const EACH = 120
const ALL = STREAMS * EACH

/** Full segments of the log, each of a thousand messages. */
const SEGMENTS = Math.floor(ALL / 1_000)

const mongo = await mongoForTests()

interface Raw {
  readonly _id: string
}

/** A log of some streams with as many messages each, of which nothing is counted yet. */
async function withLog(name: string, use: (log: { readonly url: string; readonly raw: Db }) => Promise<void>) {
  const url = mongo.server?.urlOf(`counts_${process.pid}_${name}`) ?? ""
  const client = new MongoClient(url)
  const backend = mongodbBackend(url)
  try {
    await backend.migrate()
    const appends = Array.from({ length: ALL }, (_, at) => {
      const stream = `stream-${at % STREAMS}`
      return to(stream, [event(stream)])
    })
    await backend.append(appends)
    await use({ url, raw: client.db() })
  } finally {
    await backend.close()
    await client.close()
  }
}

/** What a process that opens the log sees of its streams, and of the whole. */
async function figuresAnew(url: string) {
  const backend = mongodbBackend(url)
  try {
    const { messages, streams } = await backend.operator.stats()
    const listed = await backend.operator.streams({ by: "id", limit: STREAMS })
    return { messages, streams, each: listed.map((one) => [one.messages, one.version]) }
  } finally {
    await backend.close()
  }
}

/** How many documents of streams a command writes. */
function writesOfStreams({ insert, update, documents, updates }: Readonly<Record<string, unknown>>): number {
  if ((insert ?? update) !== "millrace_streams") return 0
  return [documents, updates].reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0)
}

const right = { messages: ALL, streams: STREAMS, each: Array.from({ length: STREAMS }, () => [EACH, EACH]) }

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  it("figures are right when several processes ask for the first ones at once", async () => {
    await withLog("together", async ({ url }) => {
      const figures = await Promise.all(Array.from({ length: 4 }, () => figuresAnew(url)))
      deepEqual(figures, [right, right, right, right])
      deepEqual(await figuresAnew(url), right)
    })
  })

  it("a stretch of which a process that died has counted some streams is counted to its end, each stream once", async () => {
    await withLog("half", async ({ url, raw }) => {
      const logs = raw.collection<Raw & { readonly counted: number; readonly counting?: number }>("millrace_log")
      const streams = raw.collection<Raw>("millrace_streams")
      await figuresAnew(url)
      const [first] = await streams.find({}, { sort: { _id: 1 } }).toArray()
      ok(first !== undefined)
      await streams.deleteMany({ _id: { $ne: first._id } })
      await raw.collection("millrace_types").deleteMany({})
      await logs.updateOne({ _id: "log" }, { $set: { counted: 0, counting: SEGMENTS } })
      deepEqual(await figuresAnew(url), right)
      const log = await logs.findOne({ _id: "log" })
      deepEqual([log?.counted, log?.counting], [SEGMENTS, undefined])
    })
  })

  it("the first figures cost a write for each stream, not for each stream and stretch of the log", async () => {
    await withLog("cost", async ({ url }) => {
      const client = new MongoClient(url, { monitorCommands: true })
      let written = 0
      client.on("commandStarted", ({ command }) => (written += writesOfStreams(command)))
      const backend = mongodbBackend(client)
      try {
        equal((await backend.operator.stats()).streams, STREAMS)
        equal(written, STREAMS)
      } finally {
        await backend.close()
        await client.close()
      }
    })
  })
})
