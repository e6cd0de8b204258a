import { describe, expect, it } from "vitest"

import { faultsOf } from "../src/harness/append-load.ts"

const stored = (...numbers: number[]) => numbers.map((number) => ({ stream: "cart-1", number }))
const confirmed = new Map([["cart-1", 3]])

describe("counting faults", () => {
  it("a log that holds each confirmed entry once and in order has none", () => {
    expect(faultsOf(confirmed, stored(1, 2, 3))).toEqual({ lost: 0, doubled: 0, outOfOrder: 0 })
  })

  it("an entry that was stored though nobody heard of it is no fault", () => {
    expect(faultsOf(confirmed, stored(1, 2, 3, 4))).toEqual({ lost: 0, doubled: 0, outOfOrder: 0 })
  })

  it("a confirmed entry that is missing counts as lost", () => {
    expect(faultsOf(confirmed, stored(1, 3))).toMatchObject({ lost: 1 })
    expect(faultsOf(confirmed, [])).toMatchObject({ lost: 3 })
  })

  it("an entry stored twice counts as doubled", () => {
    expect(faultsOf(confirmed, stored(1, 2, 2, 3))).toEqual({ lost: 0, doubled: 1, outOfOrder: 0 })
  })

  it("an entry behind a later one of its stream counts as out of order", () => {
    expect(faultsOf(confirmed, stored(1, 3, 2))).toEqual({ lost: 0, doubled: 0, outOfOrder: 1 })
  })
})
