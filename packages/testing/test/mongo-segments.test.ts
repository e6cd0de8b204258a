import { deepEqual } from "node:assert/strict"

import type { Position } from "@millrace/core/backend"
import { mongodbBackend } from "@millrace/mongodb"
import { MongoClient } from "mongodb"
import { afterAll, describe, it } from "vitest"

import { isChained } from "../../mongodb/src/chain.ts"
import type { CommitDocument } from "../../mongodb/src/commit-document.ts"
import { openDatabase } from "../../mongodb/src/database.ts"
import { settingsOf } from "../../mongodb/src/options.ts"
import { SEGMENT, type Segments, segmentsOf } from "../../mongodb/src/segments.ts"
import { to } from "../src/conformance/build/appending.ts"
import { events } from "../src/conformance/build/messages.ts"
import { mongoForTests } from "./mongo-for-tests.ts"

const mongo = await mongoForTests()

const HEAD = 3 * SEGMENT

interface Stretches {
  readonly segments: Segments
  /** How many messages a segment holds up to a head (default: the log's), and whether the server was asked for them. */
  readonly load: (number: number, head?: Position) => Promise<readonly [messages: number, asked: boolean]>
  /** The first commit of the log, as the chain would bring it. */
  readonly first: () => Promise<Parameters<Segments["add"]>[0]>
}

/** A log of three segments of a commit each, and what a process keeps of it. */
async function withStretches(name: string, use: (stretches: Stretches) => Promise<void>): Promise<void> {
  const url = mongo.server?.urlOf(`segments_${process.pid}_${name}`) ?? ""
  const client = new MongoClient(url)
  const backend = mongodbBackend(url)
  let asked = 0
  const database = openDatabase(url, settingsOf({ onCommand: (command) => (asked += command === "find" ? 1 : 0) }))
  try {
    await backend.migrate()
    for (let segment = 0; segment < 3; segment += 1) await backend.append([to("a", events("a", SEGMENT))])
    const segments = segmentsOf(database)
    await use({
      segments,
      async load(number, head = HEAD) {
        const before = asked
        const { length } = await segments.load(number, head)
        return [length, asked > before]
      },
      async first() {
        const found = await client.db().collection<CommitDocument>("millrace_commits").findOne({ _id: 1 })
        if (found === null || !isChained(found)) throw new Error("the log has no first commit")
        return found
      },
    })
  } finally {
    await database.close()
    await backend.close()
    await client.close()
  }
}

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  afterAll(() => mongo.server?.stop())

  it("what a process keeps of the log is given up once retention has removed it", async () => {
    await withStretches("dropped", async ({ segments, load }) => {
      deepEqual([await load(0), await load(1)].flat(), [SEGMENT, true, SEGMENT, true])
      segments.dropTo(2 * SEGMENT - 1)
      deepEqual([await load(1), await load(0)].flat(), [SEGMENT, false, SEGMENT, true])
      segments.dropTo(2 * SEGMENT)
      deepEqual(await load(1), [SEGMENT, true])
    })
  })

  it("what is given up while somebody reads on behind it is read from its beginning", async () => {
    await withStretches("read-on", async ({ segments, load }) => {
      deepEqual(await load(0, SEGMENT / 2), [SEGMENT / 2, true])
      const reading = load(0)
      segments.dropTo(SEGMENT)
      deepEqual(await reading, [SEGMENT, true])
    })
  })

  it("a process that only writes keeps nothing of the log, and one that reads keeps what comes in", async () => {
    await withStretches("unread", async ({ segments, load, first }) => {
      segments.add(await first())
      deepEqual(await load(0), [SEGMENT, true])
      segments.forget()
      segments.add(await first())
      deepEqual(await load(0), [SEGMENT, false])
    })
  })
})
