import { describe, expect, it } from "vitest"

import { medianInterval, quantile, spreadOf } from "../src/harness/statistics.ts"

describe("the harness' statistics", () => {
  it("a spread names the middle and both ends of unsorted figures", () => {
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 })
  })

  it("a median of an even number of figures lies halfway between the two in the middle", () => {
    expect(spreadOf([4, 1, 3, 2]).median).toBe(2.5)
  })

  it("a quantile lies between its neighbours in proportion", () => {
    expect(quantile([0, 10, 20, 30, 40], 0.9)).toBeCloseTo(36)
  })

  it("a spread of nothing is refused", () => {
    expect(() => spreadOf([])).toThrow(RangeError)
  })

  it("a median of a hundred figures lies between the fortieth from below and from above", () => {
    const hundred = Array.from({ length: 100 }, (_, at) => (at * 37) % 100)
    expect(medianInterval(hundred)).toEqual({ low: 39, high: 60 })
  })

  it("an interval that is drawn again and again holds the true median 95 times of a hundred", () => {
    let state = 1
    const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    const drawn = Array.from({ length: 2_000 }, () => medianInterval(Array.from({ length: 60 }, random)))
    const holding = drawn.filter((one) => one !== undefined && one.low <= 0.5 && one.high >= 0.5).length
    expect(holding / drawn.length).toBeGreaterThan(0.94)
    expect(holding / drawn.length).toBeLessThan(0.98)
  })

  it("five figures are too few for an interval", () => {
    expect(medianInterval([1, 2, 3, 4, 5])).toBe(undefined)
  })
})
