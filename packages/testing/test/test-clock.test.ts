import { deepEqual, equal, rejects } from "node:assert/strict"

import { describe, it } from "vitest"

import { testClock } from "../src/test-clock.ts"

describe("the test clock", () => {
  it("stands still until it is moved [S53.a]", async () => {
    const clock = testClock(1_000)
    let fired = 0
    clock.setTimer(1, () => (fired += 1))
    await clock.settle()
    deepEqual([clock.now(), fired, clock.nextTimerAt()], [1_000, 0, 1_001])
  })

  it("fires timers in due order, each at its own instant, those of one instant in the order they were set [S53.a]", async () => {
    const clock = testClock(0)
    const fired: string[] = []
    const note = (name: string) => () => void fired.push(`${name} at ${clock.now()}`)
    clock.setTimer(30, note("late"))
    clock.setTimer(10, note("first"))
    clock.setTimer(10, note("second"))
    clock.setTimer(31, note("never"))
    await clock.advance(30)
    deepEqual(fired, ["first at 10", "second at 10", "late at 30"])
    equal(clock.now(), 30)
  })

  it("fires timers that a timer's own promises set on the way [S53.a]", async () => {
    const clock = testClock(0)
    const fired: number[] = []
    const again = async (): Promise<void> => {
      fired.push(clock.now())
      await Promise.resolve()
      clock.setTimer(10, () => void again())
    }
    clock.setTimer(10, () => void again())
    await clock.advance(35)
    deepEqual(fired, [10, 20, 30])
  })

  it("fires a timer of no length without being moved, and no cancelled one [S53.a]", async () => {
    const clock = testClock(0)
    const fired: string[] = []
    clock.setTimer(0, () => void fired.push("at once"))
    clock.setTimer(0, () => void fired.push("cancelled"))()
    clock.setTimer(5, () => void fired.push("cancelled too"))()
    await clock.advance(10)
    deepEqual(fired, ["at once"])
  })

  it("holds spans longer than one timer of the platform [S53.a]", async () => {
    const clock = testClock(0)
    let firedAt = -1
    const year = 365 * 24 * 3_600_000
    clock.setTimer(year, () => (firedAt = clock.now()))
    await clock.advance(year)
    equal(firedAt, year)
  })

  it("jumps as after a sleep: what fell due fires once, at the end, in due order [S53.a]", async () => {
    const clock = testClock(0)
    const fired: string[] = []
    const again = (): void => {
      fired.push(`poll at ${clock.now()}`)
      clock.setTimer(10, again)
    }
    clock.setTimer(10, again)
    clock.setTimer(5, () => void fired.push(`first at ${clock.now()}`))
    await clock.jump(1_000_000)
    deepEqual(fired, ["first at 1000000", "poll at 1000000"])
  })

  it("refuses to go back [S53.a]", async () => {
    const clock = testClock(1_000)
    await rejects(clock.advanceTo(999), /never goes back/)
    await rejects(clock.advance(-1), /never goes back/)
    await rejects(clock.jump(-1), /never goes back/)
  })
})
