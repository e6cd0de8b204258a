import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterEach, beforeEach, describe, expect, it } from "vitest"

import type { BenchRecord } from "../src/harness/record.ts"
import { isKept, keep } from "../src/harness/results.ts"

const today = new Date().toISOString()
const DAY_MS = 24 * 60 * 60 * 1_000

function record(of: {
  readonly load?: number
  readonly busy?: number
  readonly name?: string
  readonly at?: string
  readonly median?: number
  readonly lost?: number
}): BenchRecord {
  const { load = 0, busy, name = "append", at = today, median = 1_000, lost = 0 } = of
  const faults = { lost: 0, doubled: 0, outOfOrder: 0 }
  return {
    suite: "postgres",
    name,
    what: "appends",
    unit: "appends/s",
    environment: {
      cpu: "a processor",
      cores: 2,
      memoryGiB: 4,
      kernel: "a kernel",
      loadBefore: load,
      ...(busy === undefined ? {} : { busyBefore: busy }),
      fsyncsPerSecond: 4_000,
      node: "v24",
      storage: { postgres: "18" },
      peers: { other: "1.0.0" },
      commit: "abc",
      command: "npm run bench",
      seed: 1,
      at,
    },
    seconds: 1,
    subjects: [
      { subject: "millrace", own: true, median, min: median, max: median, faults, samples: [] },
      { subject: "other", own: false, median: 100, min: 90, max: 110, faults: { ...faults, lost }, samples: [] },
    ],
    claims: [
      {
        claim: { kind: "ratio", name: `${name}-to-other`, of: "millrace", to: "other", bar: 20 },
        median: median / 100,
        min: 9,
        max: 11,
        met: median / 100 >= 20,
      },
    ],
  }
}

describe("keeping results", () => {
  let folder = ""
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-results-"))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const page = () => readFileSync(join(folder, "README.md"), "utf8")
  const chart = () => readFileSync(join(folder, "postgres.svg"), "utf8")

  it("a bench that is run again replaces what it said before, and leaves the others", () => {
    keep(record({ name: "append", median: 1_000 }), folder)
    keep(record({ name: "drain", median: 500 }), folder)
    keep(record({ name: "append", median: 3_000 }), folder)
    expect(page()).toContain("| millrace | 3,000 |")
    expect(page()).toContain("| millrace | 500 |")
    expect(page()).not.toContain("| millrace | 1,000 |")
  })

  it("the newest day is shown, whatever was kept last", () => {
    keep(record({ median: 2_000 }), folder)
    keep(record({ median: 7, at: new Date(Date.now() - 2 * DAY_MS).toISOString() }), folder)
    expect(page()).toContain("| millrace | 2,000 |")
  })

  it("a missed bar and a peer's faults are shown", () => {
    keep(record({ median: 1_000, lost: 3 }), folder)
    expect(page()).toContain("ratio `append-to-other` **10** (bar ≥ 20, 9–11): **missed**")
    expect(page()).toContain("**3 · 0 · 0**")
    expect(chart()).toContain("3 lost, doubled or out of order")
  })

  it("a bench that shared its machine is marked as one to repeat", () => {
    keep(record({ name: "append", load: 0.5 }), folder)
    expect(page()).not.toContain("to be repeated")
    keep(record({ name: "append", load: 9 }), folder)
    expect(page()).toContain("load 9 on 2 cores): to be repeated")
    keep(record({ name: "append", load: 9, busy: 0.05 }), folder)
    expect(page()).not.toContain("to be repeated")
    keep(record({ name: "append", load: 0, busy: 0.34 }), folder)
    expect(page()).toContain("(34 % of its processors): to be repeated")
  })

  it("a bench counts as kept today for its own commit alone", () => {
    keep(record({ name: "append" }), folder)
    expect(isKept("postgres", "append", "abc", folder)).toBe(true)
    expect(isKept("postgres", "append", "another", folder)).toBe(false)
    expect(isKept("postgres", "drain", "abc", folder)).toBe(false)
  })
})
