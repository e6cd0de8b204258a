import { describe, expect, it } from "vitest"

import { laneAfterSettle, laneDueAt, laneProgressed, lanesToReopen } from "../../src/backend/index.ts"
import { exploreLanes, theRules } from "./lane-model.ts"

const MESSAGES = 6

describe("the lane rules, in every interleaving of six messages of one stream", () => {
  it("lose nothing, double nothing and keep the order [lesson 5 lesson 7]", () => {
    const { states, violation } = exploreLanes(MESSAGES, theRules)
    expect(violation).toBe(undefined)
    expect(states).toBeGreaterThan(500)
  })

  it("would lose messages if the slice in flight did not open the lane again", () => {
    const { violation } = exploreLanes(MESSAGES, { ...theRules, reopen: () => [] })
    expect(violation).toMatch(/^lost: .*settle lane .*settle to \d, the stream left to its lane$/)
  })

  it("would hand messages out twice if a lane read beyond its partition's checkpoint", () => {
    const { violation } = exploreLanes(MESSAGES, { ...theRules, laneReadsTo: ({ head }) => head })
    expect(violation).toMatch(/^(twice|handed out to two|out of order): /)
  })

  it("would lose messages if a lane closed by the checkpoint of its claim", () => {
    const { violation } = exploreLanes(MESSAGES, { ...theRules, closesAt: ({ atClaim }) => atClaim })
    expect(violation).toMatch(/^lost: /)
  })
})

describe("a lane's settle", () => {
  const lane = { ...laneDueAt(3, 100), failures: 2, error: "boom", single: false }

  it("closes the lane when it is done up to its partition's checkpoint", () => {
    expect(laneAfterSettle(lane, { doneTo: 7 }, { checkpoint: 7, now: 200 })).toEqual({ kind: "close" })
  })

  it("keeps the lane, due at once and without failures, when the partition has moved on", () => {
    expect(laneAfterSettle(lane, { doneTo: 7 }, { checkpoint: 9, now: 200 })).toEqual({
      kind: "keep",
      lane: { status: "retrying", next: 8, retryAt: 200, failures: 0, error: null },
    })
  })

  it("leaves a lane as it is when nothing of it was done", () => {
    const change = laneAfterSettle(lane, {}, { checkpoint: 9, now: 200 })
    expect(change).toMatchObject({ kind: "keep", lane: { next: 3, failures: 2, error: "boom" } })
    expect(laneProgressed(lane, change)).toBe(false)
  })

  it("keeps the lane of a deferral, whatever else is done", () => {
    const deferral = { as: "park", position: 5, failures: 1, error: "again" } as const
    const change = laneAfterSettle(lane, { doneTo: 9, deferral }, { checkpoint: 9, now: 200 })
    expect(change).toMatchObject({ kind: "keep", lane: { status: "parked", next: 5, failures: 1, error: "again" } })
    expect(laneProgressed(lane, change)).toBe(true)
  })

  it("closes the lane of a single message behind that message", () => {
    expect(laneAfterSettle({ ...lane, single: true }, { doneTo: 3 }, { checkpoint: 9, now: 200 })).toEqual({
      kind: "close",
    })
  })
})

describe("a partition's settle", () => {
  const skipped = [
    { key: "a", position: 4 },
    { key: "b", position: 6 },
    { key: "c", position: 9 },
  ]

  it("opens the lanes again that have closed, and none above its checkpoint", () => {
    expect(lanesToReopen(skipped, { checkpoint: 8, isOpen: (key) => key === "b" })).toEqual([{ key: "a", position: 4 }])
  })
})
