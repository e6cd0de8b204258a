import { describe, expect, it } from "vitest"

import type { Clock } from "../../src/runtime/clock.ts"
import { createDispatcher } from "../../src/runtime/dispatcher.ts"

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
})
