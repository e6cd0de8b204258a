import { describe, expect, it } from "vitest"

import { readEvidence } from "../scripts/rows/evidence.ts"
import { type Promises, readPromises } from "../scripts/rows/promises.ts"
import { isInScope, lessonsOn } from "../scripts/rows/scope.ts"
import { standingsOf } from "../scripts/rows/standing.ts"
import { readTags } from "../scripts/rows/tags.ts"
import type { TestReport } from "../scripts/test-report.ts"

const promises: Promises = {
  rows: {
    S1: {
      part: "one",
      clauses: [
        { id: "S1.a", says: "stores" },
        { id: "S1.b", says: "thinks", pure: true },
      ],
    },
    S2: { part: "one", clauses: [{ id: "S2.a", says: "only thinks", pure: true }] },
    M3: { part: "two", clauses: [{ id: "M3.a", says: "has a server", notApplicable: { memory: "it has none" } }] },
  },
  lessons: { "7": { says: "no fencing" } },
}
const both = ["memory", "sqlite"]

interface Case {
  readonly title: string
  readonly on?: string
  readonly status?: string
}

function standings(cases: readonly Case[]) {
  const assertionResults = cases.map(({ title, on, status = "passed" }) => ({
    ancestorTitles: ["a suite", ...(on === undefined ? [] : [`on ${on}`])],
    title,
    status,
  }))
  const report: TestReport = {
    success: true,
    startTime: 0,
    testResults: [{ name: "x.test.ts", status: "passed", assertionResults }],
  }
  const { evidence, wrong } = readEvidence(report, promises)
  return { ...standingsOf(promises, evidence, both), wrong }
}

describe("rows", () => {
  it("are proven on a backend only if each clause has a passing test there", () => {
    const cases = [{ title: "stores [S1.a]", on: "memory" }, { title: "thinks [S1.b]" }]
    expect(standings(cases).standings.rows["S1"]).toEqual({ memory: "proven", sqlite: "not-run" })
    expect(standings(cases.slice(0, 1)).standings.rows["S1"]).toEqual({ memory: "not-run", sqlite: "not-run" })
  })

  it("are not proven by a test that names no backend, unless they are pure", () => {
    const cases = [{ title: "stores [S1.a S2.a]" }]
    expect(standings(cases).standings.rows).toMatchObject({
      S1: { memory: "not-run", sqlite: "not-run" },
      S2: { memory: "pure", sqlite: "pure" },
    })
  })

  it("fail by one failing test among passing ones", () => {
    const cases = [
      { title: "thinks [S1.b]" },
      { title: "stores [S1.a]", on: "memory" },
      { title: "stores more [S1.a]", on: "memory", status: "failed" },
    ]
    expect(standings(cases).standings.rows["S1"]).toEqual({ memory: "failing", sqlite: "not-run" })
  })

  it("are not proven by a skipped test", () => {
    const cases = [
      { title: "[S2.a]", status: "skipped" },
      { title: "[lesson 7]", on: "sqlite", status: "pending" },
    ]
    const { rows, lessons } = standings(cases).standings
    expect(rows["S2"]).toEqual({ memory: "not-run", sqlite: "not-run" })
    expect(lessons["7"]).toEqual({ memory: "not-run", sqlite: "not-run" })
  })

  it("are n/a where a backend cannot keep them and a test shows the refusal", () => {
    const refusal = [{ title: "refuses [M3]", on: "memory" }]
    expect(standings(refusal).standings.rows["M3"]).toEqual({ memory: "n/a", sqlite: "not-run" })
    expect(standings([]).standings.rows["M3"]).toEqual({ memory: "not-run", sqlite: "not-run" })
  })

  it("list every clause that is not shown, with its sentence", () => {
    const { missing } = standings([{ title: "thinks [S1.b S2.a lesson 7]", on: "memory" }])
    expect(missing.map(({ id, backend }) => `${id} ${backend}`)).toEqual([
      "S1.a memory",
      "S1.a sqlite",
      "M3.a memory",
      "M3.a sqlite",
      "lesson 7 sqlite",
    ])
    expect(missing[0]).toMatchObject({ says: "stores", standing: "not-run" })
  })

  it("know all rows and lessons, and those that only some storages have to show", () => {
    const known = readPromises()
    expect(Object.keys(known.rows)).toHaveLength(65)
    expect(Object.keys(known.lessons)).toHaveLength(49)
    expect(Object.keys(known.lessons)).toEqual(expect.arrayContaining(Object.keys(lessonsOn)))
  })

  it("are asked of a backend where they are in scope: some lessons only of some", () => {
    expect(["S1.a", "S1", "lesson 7", "7"].map((id) => isInScope(id, "sqlite"))).toEqual([true, true, true, true])
    expect(["lesson 36", "36"].map((id) => isInScope(id, "redis"))).toEqual([true, true])
    expect(["lesson 36", "L9.a", "lesson 27"].map((id) => isInScope(id, "sqlite"))).toEqual([false, true, false])
  })
})

describe("tags", () => {
  it("are read from any place in a title", () => {
    const title = "one [S1.a, S1.b lesson 7] and [M3] but not [cart-1] [] [status]"
    expect(readTags(title, promises)).toEqual({ clauses: ["S1.a", "S1.b", "M3.a"], lessons: ["7"], wrong: [] })
  })

  it.each([
    ["a row that does not exist", "[S9.a]"],
    ["a clause that does not exist", "[S1.c]"],
    ["a row of several clauses without a letter", "[S1]"],
    ["a lesson that does not exist", "[lesson 8]"],
    ["a lesson without a number", "[lesson seven]"],
    ["other words beside tags", "[S1.a oops]"],
    ["two letters at once", "[S1.ab]"],
  ])("refuse %s", (_, title) => {
    expect(readTags(title, promises).wrong).toHaveLength(1)
  })
})
