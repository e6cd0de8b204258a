import { describe, expect, it } from "vitest"

import { quantile, spreadOf } from "../src/harness/statistics.ts"

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
})
