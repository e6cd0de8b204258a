import { deepEqual, equal, rejects } from "node:assert/strict"

import { mongodbBackend } from "@millrace/mongodb"
import { describe, it } from "vitest"

import { store, to } from "../src/conformance/build/appending.ts"
import { claim, claimPartition, positionsIn } from "../src/conformance/build/claims.ts"
import { ensure, owner } from "../src/conformance/build/groups.ts"
import { event } from "../src/conformance/build/messages.ts"
import { doneWith, storing } from "../src/conformance/build/settles.ts"
import { mongoForTests } from "./mongo-for-tests.ts"
import { mongoProxy } from "./mongo-wire/mongo-proxy.ts"

const mongo = await mongoForTests()

const LEASE_MS = 30_000
/** The worker soon gives up what is cut. But it connects, however slow the machine is: what is tried here begins after that. */
const PATIENCE_MS = 500
const CONNECTS = "&serverSelectionTimeoutMS=60000&connectTimeoutMS=60000"
/** How long the worker works on its slice before it settles. */
const WORK_MS = 10_000

const made = (streamId: string) => event(streamId, { type: "made" })

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  it("a lane of a settle whose process died before the group learnt of it waits one lease from that settle, and no longer [lesson 46]", async () => {
    const times = { now: 1_700_000_000_000 }
    const clock = { now: () => times.now }
    const url = mongo.server?.urlOf(`half_${process.pid}`) ?? ""
    const others = mongodbBackend(url, { partitions: 1, clock })
    let dead = false
    // The commit with the effects lands; the process dies before it writes the group.
    const wire = await mongoProxy(url, ({ name, collection }) => {
      dead ||= name === "update" && collection === "millrace_groups" && times.now > 1_700_000_000_000
      return dead ? "cut-before" : "pass"
    })
    const dying = mongodbBackend(`${wire.url}${CONNECTS}`, { clock, patienceMs: PATIENCE_MS })
    try {
      await others.migrate()
      await ensure(others)
      const [, refused] = await store(others, event("a"), event("b"), made("out"))
      const slice = await claimPartition(dying, { owner: owner("dying"), leaseMs: LEASE_MS })
      times.now += WORK_MS
      const parts = [
        storing(slice, "a", to("result", [made("result")], "no-stream")),
        storing(slice, "b", to("out", [made("out")], "no-stream")),
      ]
      await rejects(dying.settle(doneWith(slice, ...parts)))
      times.now += LEASE_MS - 1
      const early = await claim(others, { owner: owner("other") })
      deepEqual(early.kind === "idle" ? [early.nextAt] : positionsIn(early), [times.now + 1])
      times.now += 1
      const next = await claim(others, { owner: owner("other") })
      equal(next.kind, "slice")
      deepEqual(next.kind === "slice" ? [next.source, positionsIn(next)] : next, ["lanes", [refused]])
    } finally {
      await dying.close()
      await others.close()
      await wire.close()
    }
  })
})
