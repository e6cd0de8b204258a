import { describe, expect, it } from "vitest"

import type { Claim } from "../src/harness/bench.ts"
import { claimLine, judgeClaim } from "../src/harness/judge-claim.ts"
import { noFaults, type Sample } from "../src/harness/sample.ts"

const samples = (...values: number[]): Sample[] =>
  values.map((value) => ({ value, operations: 1, faults: noFaults, facts: {} }))

describe("judging a claim", () => {
  const twice: Claim = { kind: "ratio", name: "a/b", of: "a", to: "b", bar: 2 }

  it("a ratio is taken round by round, so that a slow minute of the machine cancels out", () => {
    const judged = judgeClaim(
      twice,
      new Map([
        ["a", samples(200, 20, 210)],
        ["b", samples(100, 10, 100)],
      ]),
    )
    expect(judged).toMatchObject({ median: 2, min: 2, max: 2.1, met: true })
  })

  it("a ratio below its bar is missed, and its line says so", () => {
    const judged = judgeClaim(
      twice,
      new Map([
        ["a", samples(190)],
        ["b", samples(100)],
      ]),
    )
    expect(claimLine(judged)).toBe("ratio a/b 1.9 (bar ≥ 2) · 1.9–1.9 · MISSED")
  })

  it("a limit is met at its bar and missed above it", () => {
    const limit: Claim = { kind: "limit", name: "p50", of: "a", bar: 5 }
    expect(claimLine(judgeClaim(limit, new Map([["a", samples(5, 4, 9)]])))).toBe("limit p50 5 (bar ≤ 5) · 4–9 · met")
    expect(judgeClaim(limit, new Map([["a", samples(6)]])).met).toBe(false)
  })

  it("a claim about a subject that was not measured is an error", () => {
    expect(() => judgeClaim(twice, new Map([["a", samples(1)]]))).toThrow("no subject named b")
  })

  it("a ratio that has to be met surely is judged by the lower end of its interval, which its line tells", () => {
    const surely: Claim = { ...twice, bar: 0.98, surely: true }
    const hundred = samples(...Array.from({ length: 100 }, () => 100))
    const about = (middle: number) => samples(...Array.from({ length: 100 }, (_, at) => middle + (at - 49.5) / 10))
    const judged = (of: readonly Sample[]) =>
      judgeClaim(
        surely,
        new Map([
          ["a", of],
          ["b", hundred],
        ]),
      )
    expect(judged(about(100)).met).toBe(true)
    expect(judged(about(98.5)).met).toBe(false)
    expect(claimLine(judged(about(98.5)))).toBe(
      "ratio a/b 0.985 (bar ≥ 0.98) · 0.935–1.03 · median 0.9745–0.9955 (95 %) · NOT SURE",
    )
    expect(claimLine(judged(about(96)))).toMatch(/ · MISSED$/)
    expect(() => judged(samples(100, 100, 100))).toThrow("too few to be sure")
  })
})
