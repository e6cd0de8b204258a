import { describe, expect, it } from "vitest"

import { createPace } from "../../src/store/pace.ts"

interface Rates {
  readonly one: number
  readonly two: number
}

/**
 * Keeps a storage busy that stores so many appends a millisecond, by how many batches may be away; answers how often two were allowed. `mood`: by how much it is
 * faster at an answer than it mostly is.
 */
function underLoad(
  rates: Rates | ((answer: number) => Rates),
  {
    answers,
    pauseMs = 0,
    mood = () => 1,
    from = 0,
  }: {
    readonly answers: number
    readonly pauseMs?: number
    readonly mood?: (answer: number) => number
    /** The first answer that counts. */
    readonly from?: number
  },
): number {
  let time = 0
  let two = 0
  const pace = createPace(2, () => time)
  for (let answer = 0; answer < answers; answer += 1) {
    const most = pace.most()
    if (most === 2 && answer >= from) two += 1
    const now = typeof rates === "function" ? rates(answer) : rates
    pace.sent()
    time += 64 / ((most === 2 ? now.two : now.one) * mood(answer))
    pace.answered(64)
    time += pauseMs
  }
  return two / (answers - from)
}

/** A machine that others use: for 16 answers at a time it is faster or slower, by a third at most. */
function shared(seed: number): (answer: number) => number {
  return (answer) => {
    const scattered = Math.sin(Math.floor(answer / 16) * 12.9898 + seed * 78.233) * 43_758.5453
    return 0.67 + 0.66 * (scattered - Math.floor(scattered))
  }
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

  it("is not misled by a machine that others use", () => {
    const seeds = Array.from({ length: 20 }, (_, seed) => seed)
    const share = (rates: Rates): number =>
      seeds.reduce((sum, seed) => sum + underLoad(rates, { answers: 5_000, mood: shared(seed) }), 0) / seeds.length
    expect(share({ one: 30, two: 35 })).toBeGreaterThan(0.8)
    expect(share({ one: 35, two: 30 })).toBeLessThan(0.1)
  })

  it("takes a storage that gets slower or faster by itself for neither", () => {
    for (const change of [0.9995, 1.0005]) {
      const share = underLoad({ one: 20, two: 20 }, { answers: 5_000, mood: (answer) => change ** answer })
      expect(share).toBeLessThan(0.15)
    }
  })

  it("changes over when the other number has become the better one", () => {
    const turn = 5_000
    const rates = (answer: number): Rates => (answer < turn ? { one: 20, two: 30 } : { one: 30, two: 20 })
    expect(underLoad(rates, { answers: turn })).toBeGreaterThan(0.85)
    expect(underLoad(rates, { answers: 3 * turn, from: 2 * turn })).toBeLessThan(0.15)
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
