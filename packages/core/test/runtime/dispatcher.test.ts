import { describe, expect, it } from "vitest"

import type { Clock } from "../../src/runtime/clock.ts"
import { createDispatcher, SLICES_BEFORE_A_TURN } from "../../src/runtime/dispatcher.ts"

const POLL_MS = 1_000

/** A dispatcher for two groups, and the one timer that it sets: its slow poll. */
function dispatching() {
  let poll = (): void => {}
  const clock: Clock = {
    now: () => 0,
    setTimer(_ms, run) {
      poll = run
      return () => {}
    },
  }
  const dispatcher = createDispatcher({ clock, pollMs: POLL_MS })
  dispatcher.want("first", ["one"])
  dispatcher.want("second", ["two"])
  const askAndRest = () => {
    const asked = dispatcher.ask()
    dispatcher.rest(asked, { kind: "idle", now: 0, nextAt: null, outdated: [] })
    return { groups: asked.groups, routine: asked.routine }
  }
  return { dispatcher, askAndRest, poll: () => poll() }
}

describe("the dispatcher", () => {
  it("calls it routine when only the poll says that there may be work", () => {
    const { askAndRest, poll } = dispatching()
    const first = askAndRest()
    poll()
    expect([first, askAndRest(), askAndRest().groups]).toEqual([
      { groups: ["first", "second"], routine: false },
      { groups: ["first", "second"], routine: true },
      [],
    ])
  })

  it("calls nothing routine of which something was heard before or after the poll", () => {
    const { dispatcher, askAndRest, poll } = dispatching()
    askAndRest()
    dispatcher.heard({ kind: "messages", types: ["two"] })
    poll()
    const before = askAndRest()
    poll()
    dispatcher.heard({ kind: "messages", types: ["one"] })
    expect([before.routine, askAndRest().routine]).toEqual([false, false])
    poll()
    expect(askAndRest().routine).toBe(true)
  })

  it("asks for a group alone when slices of others have gone before it for long, once, and for all again then", () => {
    const { dispatcher } = dispatching()
    const asked: (readonly string[])[] = []
    for (let slices = 0; slices < 2 * SLICES_BEFORE_A_TURN; slices += 1) {
      asked.push(dispatcher.ask().groups)
      dispatcher.served("first")
    }
    const alone = asked.flatMap((groups, at) => (groups.length === 1 ? [[at, ...groups]] : []))
    expect(alone).toEqual([[SLICES_BEFORE_A_TURN, "second"]])
    expect(dispatcher.ask().groups).toEqual(["second"])
    expect(dispatcher.ask().groups).toEqual(["first", "second"])
  })

  it("counts what went before a group from when it may have something", () => {
    const { dispatcher, askAndRest } = dispatching()
    askAndRest()
    dispatcher.heard({ kind: "messages", types: ["one"] })
    for (let slices = 0; slices < SLICES_BEFORE_A_TURN; slices += 1) dispatcher.served("first")
    dispatcher.heard({ kind: "messages", types: ["two"] })
    expect(dispatcher.ask().groups).toEqual(["first", "second"])
    for (let slices = 0; slices < SLICES_BEFORE_A_TURN; slices += 1) dispatcher.served("first")
    expect(dispatcher.ask().groups).toEqual(["second"])
  })
})
