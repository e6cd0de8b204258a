import { describe, expect, it } from "vitest"

import {
  handledBefore,
  planReset,
  replayAfterReset,
  replayAfterTypeJoins,
  replayAfterTypeLeaves,
  replayFromStart,
  sinceAfterReset,
} from "../../src/backend/index.ts"

const at = (position: number, type = "t") => ({ position, type })
const wantsAll = (): number => 0

describe("handledBefore", () => {
  it("holds up to the limit, and below a group's start [S24.b]", () => {
    const state = replayFromStart(5)
    expect([at(5), at(6)].map((message) => handledBefore(state, message))).toEqual([true, false])
  })

  it("leaves out what was never handed out: a range of a type, or one message of any type", () => {
    const unhandled = [
      { type: "t", after: 2, upto: 4 },
      { type: null, after: 6, upto: 7 },
      { type: "gone", after: 1, upto: null },
    ]
    const state = { limit: 9, unhandled }
    const not = [at(3), at(4), at(7), at(8, "gone"), at(10)]
    const yes = [at(2), at(5), at(3, "other"), at(6), at(1, "gone")]
    expect(not.map((message) => handledBefore(state, message))).toEqual(not.map(() => false))
    expect(yes.map((message) => handledBefore(state, message))).toEqual(yes.map(() => true))
  })
})

describe("the replay state after a reset", () => {
  it("never lowers a limit: a second reset in the middle keeps it [S24.b]", () => {
    const once = replayAfterReset(replayFromStart(0), 8, wantsAll)
    expect(replayAfterReset(once, 3, wantsAll)).toEqual({ limit: 8, unhandled: [] })
  })

  it("counts a range as handled as far as it was delivered and reached, and no further", () => {
    const state = { limit: 9, unhandled: [{ type: "t", after: 0, upto: 6 }] }
    expect(replayAfterReset(state, 4, wantsAll).unhandled).toEqual([{ type: "t", after: 4, upto: 6 }])
    expect(replayAfterReset(state, 6, wantsAll).unhandled).toEqual([])
    expect(replayAfterReset(state, 4, () => undefined).unhandled).toEqual(state.unhandled)
    expect(replayAfterReset(state, 4, () => 2).unhandled).toEqual([
      { type: "t", after: 0, upto: 2 },
      { type: "t", after: 4, upto: 6 },
    ])
  })

  it("delivers a named type from the point on, and never raises what it is delivered from", () => {
    expect([sinceAfterReset(6, 2), sinceAfterReset(1, 2)]).toEqual([2, 1])
  })
})

describe("the replay state when a type joins or leaves", () => {
  it("marks what lies between the group's start and the joining as never handed out", () => {
    const state = replayAfterTypeJoins(replayFromStart(3), { type: "t", start: 3, since: 7 })
    expect(state.unhandled).toEqual([{ type: "t", after: 3, upto: 7 }])
    expect(replayAfterTypeJoins(replayFromStart(3), { type: "t", start: 3, since: 3 }).unhandled).toEqual([])
  })

  it("marks only the absence of a type that left and came back", () => {
    const left = replayAfterTypeLeaves(replayFromStart(0), { type: "t", since: 0, gotTo: 4 })
    expect(left.unhandled).toEqual([{ type: "t", after: 4, upto: null }])
    expect(replayAfterTypeJoins(left, { type: "t", start: 0, since: 9 }).unhandled).toEqual([
      { type: "t", after: 4, upto: 9 },
    ])
    expect(replayAfterTypeJoins(left, { type: "t", start: 0, since: 4 }).unhandled).toEqual([])
  })
})

describe("the plan of a reset", () => {
  const lane = (key: string, next: number) => ({ key, next, single: false, replay: replayFromStart(0) })
  const partition = { checkpoint: 9, replay: replayFromStart(0), rows: [{ key: "c", replay: replayFromStart(2) }] }

  it("keeps each stream's own progress: lanes above the point dissolve, those at or below it stay [S24.b lesson 3]", () => {
    const plan = planReset({ ...partition, lanes: [lane("a", 3), lane("b", 7)] }, 4, wantsAll)
    expect(plan).toEqual({
      checkpoint: 4,
      replay: { limit: 9, unhandled: [] },
      rows: [
        { key: "c", replay: { limit: 9, unhandled: [] } },
        { key: "a", replay: { limit: 2, unhandled: [] } },
        { key: "b", replay: { limit: 6, unhandled: [] } },
      ],
      dissolve: ["b"],
    })
  })

  it("moves no partition that is not above the point", () => {
    expect(planReset({ ...partition, lanes: [lane("a", 3)] }, 9, wantsAll)).toBe(undefined)
  })

  it("counts a parked message of a group in log order as not handled, unless it was being replayed", () => {
    const parked = { ...lane("@6", 6), single: true, type: "t" }
    const plan = planReset({ ...partition, lanes: [parked] }, 0, wantsAll)
    expect(plan?.replay.unhandled).toEqual([{ type: null, after: 5, upto: 6 }])
    const replayed = { ...parked, replay: { limit: 6, unhandled: [] } }
    expect(planReset({ ...partition, lanes: [replayed] }, 0, wantsAll)?.replay.unhandled).toEqual([])
  })
})
