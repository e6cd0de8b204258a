import { deepEqual } from "node:assert/strict"

import type { Backend, Beat } from "@millrace/core/backend"
import { mongodbBackend } from "@millrace/mongodb"
import { MongoClient } from "mongodb"
import { describe, it } from "vitest"

import { store } from "../src/conformance/build/appending.ts"
import { LEASE_MS } from "../src/conformance/build/claims.ts"
import { ensure, owner } from "../src/conformance/build/groups.ts"
import { event } from "../src/conformance/build/messages.ts"
import { listenTo, tellsOf } from "../src/conformance/build/wakes.ts"
import { testClock } from "../src/test-clock.ts"
import { mongoForTests } from "./mongo-for-tests.ts"

const groups = Array.from({ length: 50 }, (_, at) => `group-${at}`)
const mongo = await mongoForTests()

/** A log with fifty groups that have nothing to do, and what its backend sends beside the looks for what others wrote. */
async function withIdleGroups(
  use: (log: {
    readonly url: string
    readonly backend: Backend
    readonly asked: () => readonly string[]
  }) => Promise<void>,
): Promise<void> {
  const url = mongo.server?.urlOf(`idle_${process.pid}`) ?? ""
  const client = new MongoClient(url, { monitorCommands: true })
  let asked: string[] = []
  client.on("commandStarted", ({ commandName, command }) => {
    if (!isLook(command)) asked.push(commandName)
  })
  const backend = mongodbBackend(client, { clock: testClock(), partitions: 1 })
  try {
    await backend.migrate()
    for (const group of groups) await ensure(backend, { group })
    await use({
      url,
      backend,
      asked() {
        const before = asked
        asked = []
        return before
      },
    })
  } finally {
    await backend.close()
    await client.close()
  }
}

function isLook({ find, filter }: Readonly<Record<string, unknown>>): boolean {
  return find === "millrace_commits" && typeof filter === "object" && JSON.stringify(filter).includes('"pulse"')
}

function claimAll(backend: Backend, how: { readonly routine?: true } = {}) {
  const wants = groups.map((group) => ({ group, types: ["noted"], limit: 10 }))
  return backend.claim({ owner: owner(), groups: wants, leaseMs: LEASE_MS, ...how })
}

function beat(backend: Backend, kind: "join" | "beat") {
  const wants = groups.map((group) => ({ group, types: ["noted"] }))
  const said: Beat = { kind, owner: owner(), facts: { host: "h", pid: 1 }, wants }
  return backend.heartbeat(said)
}

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  it("a process whose fifty groups have nothing to do beats with one command, and asks for nothing when it looks for work by routine", async () => {
    await withIdleGroups(async ({ url, backend, asked }) => {
      const ear = await listenTo(backend)
      await beat(backend, "join")
      await claimAll(backend)
      asked()
      for (let turn = 0; turn < 3; turn += 1) deepEqual((await claimAll(backend, { routine: true })).kind, "idle")
      const byRoutine = asked()
      for (let turn = 0; turn < 2; turn += 1) deepEqual(await beat(backend, "beat"), { kind: "ok" })
      const byBeats = asked()
      deepEqual((await claimAll(backend)).kind, "idle")
      deepEqual(
        { byRoutine, byBeats, asked: asked() },
        { byRoutine: [], byBeats: ["update", "update"], asked: ["find"] },
      )
      const other = mongodbBackend(url)
      await store(other, event("a"))
      await other.close()
      await ear.heard(tellsOf("noted"))
      deepEqual((await claimAll(backend, { routine: true })).kind, "slice")
      await ear.close()
    })
  })
})
