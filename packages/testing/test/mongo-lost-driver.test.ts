import { equal, ok } from "node:assert/strict"

import { open } from "@millrace/mongodb"
import { describe, it } from "vitest"

import { appended, appendOne, to } from "../src/conformance/build/appending.ts"
import { event } from "../src/conformance/build/messages.ts"
import { readAll } from "../src/conformance/build/reading.ts"
import { startProxy } from "../src/servers/start-proxy.ts"
import { mongoForTests } from "./mongo-for-tests.ts"
import { wayThatStops } from "./way-that-stops.ts"

const mongo = await mongoForTests()

/** Short, so that what is waited for in vain is over soon. A question is lost after the sum of the first two and three times the third. */
const LIMITS = "&serverSelectionTimeoutMS=400&connectTimeoutMS=400&socketTimeoutMS=1000"
/** A driver that asks again by itself, in the very moment in which connections end, is the one that loses its way. */
const EAGER = "&retryReads=true"
const TIMES = 8
const READERS = 6
/** More than the system keeps on its way to somebody who does not listen. */
const LARGE_BYTES = 12 * 1024 * 1024

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  it(
    "connections that all end in one moment, as those of a killed server do, are made anew each time, also where the driver has lost its way [lesson 35 lesson 45]",
    { timeout: 120_000 },
    async () => {
      const url = mongo.server?.urlOf(`ended_${process.pid}`) ?? ""
      const proxy = await startProxy(Number(/:(\d+)/.exec(url)?.[1]))
      const backend = open(`${proxy.urlOf(url)}${LIMITS}${EAGER}`)
      const done = Array.from({ length: READERS }, () => 0)
      let going = true
      const read = async (reader: number): Promise<void> => {
        while (going) {
          await backend.read({ from: "log", limit: 1 })
          done[reader] = (done[reader] ?? 0) + 1
        }
      }
      try {
        await backend.migrate()
        const readers = Promise.all(done.map((_, reader) => read(reader)))
        for (let time = 0; time < TIMES; time += 1) {
          const before = [...done]
          proxy.halfClose("client")
          // Two answers each, for the first may have been on its way.
          const goesOn = async (): Promise<void> => {
            while (going && done.some((count, reader) => count < (before[reader] ?? 0) + 2)) await nextTurn()
          }
          await Promise.race([goesOn(), readers])
        }
        going = false
        await readers
        ok(done.every((count) => count >= 2 * TIMES))
      } finally {
        going = false
        await backend.close()
        await proxy.close()
      }
    },
  )

  it(
    "an append that is stuck half-way, in a connection that nobody reads any more, is given up and made again: it is there once [lesson 29 lesson 45]",
    { timeout: 120_000 },
    async () => {
      const way = await wayThatStops(mongo.server?.urlOf(`stuck_${process.pid}`) ?? "")
      let armed = false
      let inserts = 0
      const backend = open(`${way.url}${LIMITS}`, {
        maxMessageBytes: LARGE_BYTES + 1_000,
        patienceMs: 60_000,
        onCommand(name) {
          if (armed && name === "insert" && (inserts += 1) === 1) way.stop()
        },
      })
      try {
        await backend.migrate()
        await readAll(backend)
        armed = true
        const large = event("a", { payload: { text: "x".repeat(LARGE_BYTES) } })
        ok(appended(await appendOne(backend, to("a", [large]))))
        ok(inserts >= 2)
        equal((await readAll(backend)).length, 1)
      } finally {
        await backend.close()
        await way.close()
      }
    },
  )
})

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
