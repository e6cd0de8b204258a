import { describe, expect, it } from "vitest"

import { serverClock } from "../src/server-clock.ts"

describe("the server's clock as seen from here", () => {
  it("is looked at once for many calls, and goes on by itself", async () => {
    let looks = 0
    const clock = serverClock(async () => {
      looks += 1
      return 1_000_000
    })
    const [first, second] = await Promise.all([clock.now(), clock.now()])
    const third = await clock.now()
    expect([looks, Math.abs(first - 1_000_000) < 1_000, second >= first, third >= second]).toEqual([
      1,
      true,
      true,
      true,
    ])
  })

  it("is looked at again after a look that failed", async () => {
    let answers = false
    const clock = serverClock(async () => {
      if (!answers) throw new Error("away")
      return 5_000
    })
    await expect(clock.now()).rejects.toThrow("away")
    answers = true
    expect(Math.abs((await clock.now()) - 5_000)).toBeLessThan(1_000)
  })
})
