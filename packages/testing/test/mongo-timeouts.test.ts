import { equal, ok } from "node:assert/strict"

import { type MongodbOptions, open } from "@millrace/mongodb"
import { describe, it } from "vitest"

import { appended, appendOne, to } from "../src/conformance/build/appending.ts"
import { event } from "../src/conformance/build/messages.ts"
import { readAll } from "../src/conformance/build/reading.ts"
import { mongoForTests } from "./mongo-for-tests.ts"
import { mongoProxy } from "./mongo-wire/mongo-proxy.ts"

/** How long an answer is waited for here, by whichever way it is said; and longer than any test takes. */
const SHORT_MS = 150
const LONG_MS = 3_600_000

const mongo = await mongoForTests()

const ways: readonly { readonly what: string; readonly inUrl: string; readonly options: MongodbOptions }[] = [
  { what: "after answerMs", inUrl: "", options: { answerMs: SHORT_MS } },
  { what: "when the URL says so", inUrl: `&socketTimeoutMS=${SHORT_MS}`, options: { answerMs: LONG_MS } },
]

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  it.each(ways)(
    "an answer that never comes is given up $what; what it was about is there once [lesson 29 lesson 45]",
    async ({ what, inUrl, options }) => {
      const url = mongo.server?.urlOf(`timeouts_${process.pid}_${ways.findIndex((way) => way.what === what)}`) ?? ""
      let armed = false
      let held = 0
      const proxy = await mongoProxy(url, ({ name, collection }) => {
        if (!armed || name !== "insert" || !collection.endsWith("_commits") || held > 0) return "pass"
        held += 1
        return "hold-answer"
      })
      const backend = open(`${proxy.url}${inUrl}`, options)
      try {
        await backend.migrate()
        armed = true
        ok(appended(await appendOne(backend, to("a", [event("a")]))))
        equal(held, 1)
        equal((await readAll(backend)).length, 1)
      } finally {
        await backend.close()
        await proxy.close()
      }
    },
  )
})
