import { describe, expect, it } from "vitest"

import { createPace } from "../../src/store/pace.ts"

/** Keeps a storage busy that stores so many appends a millisecond, by how many batches may be away; answers how often two were allowed. */
function underLoad(
  rates: { readonly one: number; readonly two: number },
  { answers, pauseMs = 0 }: { readonly answers: number; readonly pauseMs?: number },
): number {
  let time = 0
  let two = 0
  const pace = createPace(2, () => time)
  for (let answer = 0; answer < answers; answer += 1) {
    const most = pace.most()
    if (most === 2) two += 1
    pace.sent()
    time += 64 / (most === 2 ? rates.two : rates.one)
    pace.answered(64)
    time += pauseMs
  }
  return two / answers
}

describe("pace", () => {
  it("keeps two batches away where that stores more, and tries one at a time now and then", () => {
    const share = underLoad({ one: 20, two: 30 }, { answers: 5_000 })
    expect(share).toBeGreaterThan(0.85)
    expect(share).toBeLessThan(1)
  })

  it("keeps one batch away where two store less or no more, and tries two now and then", () => {
    for (const two of [10, 20]) {
      const share = underLoad({ one: 20, two }, { answers: 5_000 })
      expect(share).toBeGreaterThan(0)
      expect(share).toBeLessThan(0.15)
    }
  })

  it("learns nothing from a storage that has little to do", () => {
    expect(underLoad({ one: 20, two: 30 }, { answers: 1_000, pauseMs: 20 })).toBe(0)
  })

  it("never has more than one batch away where the storage keeps no order among them", () => {
    const pace = createPace(1, () => 0)
    for (let answer = 0; answer < 200; answer += 1) {
      expect(pace.most()).toBe(1)
      pace.sent()
      pace.answered(1)
    }
  })
})
