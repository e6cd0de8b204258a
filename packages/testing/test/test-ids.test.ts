import { deepEqual, equal, match, notDeepEqual, ok } from "node:assert/strict"

import { describe, it } from "vitest"

import { testClock } from "../src/test-clock.ts"
import { testIds } from "../src/test-ids.ts"

const many = (seed: number, count: number): readonly string[] => {
  const ids = testIds(seed, testClock(0x0190_0000_0000))
  return Array.from({ length: count }, () => ids.newId())
}

describe("test ids", () => {
  it("are the same for the same seed and others for another [S53.a]", () => {
    deepEqual(many(7, 50), many(7, 50))
    notDeepEqual(many(7, 50), many(8, 50))
  })

  it("are UUIDs of version 7 that rise, also beyond what the counter holds in a millisecond [S53.a]", () => {
    const ids = many(1, 5_000)
    equal(new Set(ids).size, ids.length)
    for (const id of ids) match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    ok(ids.every((id, at) => at === 0 || (ids[at - 1] ?? "") < id))
  })

  it("carry the clock's time [S53.a]", async () => {
    const clock = testClock(0x0190_0000_0000)
    const ids = testIds(1, clock)
    equal(ids.newId().slice(0, 13), "01900000-0000")
    await clock.advance(1)
    equal(ids.newId().slice(0, 13), "01900000-0001")
    equal(ids.now(), clock.now())
  })
})
