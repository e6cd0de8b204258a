import { deepEqual, equal, rejects } from "node:assert/strict"

import { type Collection, MongoClient } from "mongodb"
import { describe, it } from "vitest"

import { mongoForTests } from "./mongo-for-tests.ts"
import { type Decide, mongoProxy } from "./mongo-wire/mongo-proxy.ts"

const mongo = await mongoForTests()
const url = mongo.server?.url ?? ""

interface Word {
  readonly _id: number
}

/** Gives `use` a collection by way of a proxy, and the same collection without it. */
async function withWire(
  name: string,
  decide: Decide,
  use: (through: Collection<Word>, direct: Collection<Word>) => Promise<void>,
): Promise<void> {
  const proxy = await mongoProxy(url, decide)
  const through = new MongoClient(proxy.url, { retryReads: false, socketTimeoutMS: 300 })
  const direct = new MongoClient(url)
  try {
    const words = direct.db(`proxy_${process.pid}`).collection<Word>(name)
    await use(through.db(`proxy_${process.pid}`).collection<Word>(name), words)
    await words.drop()
  } finally {
    await through.close()
    await direct.close()
    await proxy.close()
  }
}

describe.skipIf(mongo.missing)(
  `a wire that can fail${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`,
  () => {
    it("passes commands on and shows them", async () => {
      const seen: unknown[] = []
      const decide: Decide = ({ name, collection, body }) => {
        seen.push([name, collection, body["documents"] ?? body["filter"]])
        return "pass"
      }
      await withWire("pass", decide, async (through) => {
        await through.insertMany([{ _id: 1 }, { _id: 2 }])
        deepEqual(await through.find({ _id: 2 }).toArray(), [{ _id: 2 }])
      })
      deepEqual(seen, [
        ["insert", "pass", [{ _id: 1 }, { _id: 2 }]],
        ["find", "pass", { _id: 2 }],
      ])
    })

    it("loses a command before the server has it, and an answer after", async () => {
      for (const [fate, stored] of [
        ["cut-before", 0],
        ["cut-after", 1],
        ["hold-answer", 1],
      ] as const) {
        await withWire(
          fate,
          ({ name }) => (name === "insert" ? fate : "pass"),
          async (through, direct) => {
            await direct.insertOne({ _id: 0 })
            await rejects(through.insertOne({ _id: 1 }))
            equal(await direct.countDocuments({ _id: 1 }), stored, fate)
            equal(await through.countDocuments({ _id: 0 }), 1)
          },
        )
      }
    })

    it("answers for a server that refuses", async () => {
      const refused = { code: 10_107, codeName: "NotWritablePrimary", errmsg: "not primary" }
      await withWire(
        "refused",
        ({ name }) => (name === "insert" ? { refused } : "pass"),
        async (through, direct) => {
          await direct.insertOne({ _id: 0 })
          await rejects(through.insertOne({ _id: 1 }), { code: 10_107 })
          equal(await direct.countDocuments(), 1)
        },
      )
    })
  },
)
