import fc from "fast-check"
import { describe, expect, it } from "vitest"

import { anyHistory, playHistory } from "./replay-history.ts"

const DONE = ["done", "done", "done", "done", "done"] as const
const PARK = ["park", "park", "park", "park", "park"] as const

describe("on memory", () => {
  it("a reset marks exactly what was handled before, per message, whatever lanes, types and resets there were [S24.b S24.d lesson 3]", async () => {
    const exact = fc.asyncProperty(anyHistory, async (history) => {
      expect(await playHistory(history)).toEqual([])
    })
    await fc.assert(exact, { numRuns: 500 })
  })

  it("a type that left while a lane waited at its message, and came back, is handed out as new there [S24.b]", async () => {
    const wrong = await playHistory({
      start: 0,
      operations: [
        { kind: "types", late: true },
        { kind: "append", stream: 0, type: 0 },
        { kind: "append", stream: 0, type: 2 },
        { kind: "work", limit: 1, fates: DONE },
        { kind: "work", limit: 1, fates: PARK },
        { kind: "types", late: false },
        { kind: "retry" },
        { kind: "work", limit: 1, fates: DONE },
        { kind: "types", late: true },
        { kind: "reset", to: 0, late: true },
      ],
    })
    expect(wrong).toEqual([])
  })

  it("a type is delivered from the reset's point on, and stays new below it [S24.b]", async () => {
    const wrong = await playHistory({
      start: 0,
      operations: [
        { kind: "append", stream: 0, type: 2 },
        { kind: "append", stream: 0, type: 0 },
        { kind: "types", late: true },
        { kind: "work", limit: 1, fates: DONE },
        { kind: "reset", to: 1, late: true },
        { kind: "reset", to: 0, late: false },
        { kind: "work", limit: 9, fates: DONE },
        { kind: "reset", to: 0, late: true },
      ],
    })
    expect(wrong).toEqual([])
  })
})
