import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict"

import { describe, it } from "vitest"

import { drawPlan } from "../src/plan/draw-plan.ts"
import { faultKinds } from "../src/plan/fault-kinds.ts"
import { possibleKinds } from "../src/plan/possible-kinds.ts"

const MINUTE_MS = 60_000

describe("a plan", () => {
  it("is the same for the same seed, and another one for another", () => {
    deepEqual(drawPlan(7, faultKinds, MINUTE_MS), drawPlan(7, faultKinds, MINUTE_MS))
    notDeepEqual(drawPlan(7, faultKinds, MINUTE_MS), drawPlan(8, faultKinds, MINUTE_MS))
  })

  it("deals out every kind before it deals one again", () => {
    const steps = drawPlan(7, faultKinds, MINUTE_MS)
    ok(steps.length >= 2 * faultKinds.length)
    for (const from of [0, faultKinds.length])
      equal(new Set(steps.slice(from, from + faultKinds.length).map(({ kind }) => kind)).size, faultKinds.length)
  })

  it("has nothing in it that can not be done to its storage", () => {
    const read = (): never => {
      throw new Error("nothing is read here")
    }
    const storage = { url: "sqlite:file.db", settings: "", read, close: async () => {} }
    const kinds = possibleKinds({ storage, proxies: [] })
    ok(kinds.includes("worker killed"))
    for (const missing of ["connections cut", "server killed and restarted", "disk full", "write lock taken"] as const)
      ok(!kinds.includes(missing), missing)
  })
  it("has nothing but what was asked for, and is refused where that can not be done", () => {
    const read = (): never => {
      throw new Error("nothing is read here")
    }
    const storage = { url: "sqlite:file.db", settings: "", read, close: async () => {} }
    const kinds = possibleKinds({ storage, proxies: [] }, ["worker frozen", "disk full"])
    deepEqual(kinds, ["worker frozen"])
    ok(drawPlan(7, kinds, MINUTE_MS).every(({ kind }) => kind === "worker frozen"))
    throws(() => possibleKinds({ storage, proxies: [] }, ["disk full"]), /disk full: not possible here/)
  })
})
