import { describe, expect, it } from "vitest"

import { runSteps } from "../scripts/run-step.ts"
import { summarise } from "../scripts/suites/summary.ts"
import type { TestReport } from "../scripts/test-report.ts"

const file = (name: string, ...statuses: string[]): TestReport["testResults"][number] => ({
  name: `/repository/${name}`,
  status: "passed",
  startTime: 1000,
  endTime: 3500,
  assertionResults: statuses.map((status) => ({ ancestorTitles: [], title: "a test", status })),
})
const report = (...testResults: TestReport["testResults"]): TestReport => ({ success: true, startTime: 0, testResults })
const folders = ["packages/core", "tooling"]

describe("the summary of a run", () => {
  it("counts each suite and its time", () => {
    const files = [
      file("packages/core/test/a.test.ts", "passed", "failed", "skipped"),
      file("tooling/test/b.test.ts", "passed"),
    ]
    expect(summarise(report(...files), "/repository", folders)).toEqual({
      suites: [
        { name: "packages/core", passed: 1, failed: 1, skipped: 1, seconds: 2.5 },
        { name: "tooling", passed: 1, failed: 0, skipped: 0, seconds: 2.5 },
      ],
      empty: [],
    })
  })

  it("names a suite in which no test ran [lesson 47]", () => {
    const { empty } = summarise(report(file("tooling/test/b.test.ts", "passed")), "/repository", folders)
    expect(empty).toEqual(["packages/core: no test ran"])
  })

  it("names a file in which no test ran [lesson 47]", () => {
    const files = [
      file("packages/core/test/a.test.ts", "passed"),
      file("packages/core/test/skipped.test.ts", "skipped"),
      file("tooling/test/b.test.ts", "passed"),
    ]
    const { empty } = summarise(report(...files), "/repository", folders)
    expect(empty).toEqual(["packages/core/test/skipped.test.ts: no test ran"])
  })
})

describe("the steps of the check", () => {
  it("fail when their command fails, or does not exist", async () => {
    const results = await runSteps(
      [
        { name: "fine", command: ["node", "-e", "console.log('words')"] },
        { name: "broken", command: ["node", "-e", "process.exit(3)"] },
        { name: "absent", command: ["no-such-command-anywhere"] },
      ],
      { atOnce: 2, onEnd: () => {} },
    )
    expect(results.toSorted((a, b) => a.name.localeCompare(b.name))).toMatchObject([
      { name: "absent", passed: false },
      { name: "broken", passed: false },
      { name: "fine", passed: true, output: "words\n" },
    ])
  })
})
