import { equal, ok } from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import { describe, it } from "vitest"

import { allRules, rulesFor } from "../src/conformance/index.ts"
import { backends } from "./backends.ts"
import { memoryHarness } from "./conformance/memory-harness.ts"
import { rulesOfThisRun } from "./node-test/rules-of-this-run.ts"

const LIMIT_MS = 300_000
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)

/** The suite runs whole in our own runner. In the other one it runs whole where that takes seconds. */
const DEAR: ReadonlySet<string> = new Set(["postgres", "mongodb"])

for (const { name } of backends) {
  describe(`on ${name}`, () => {
    it(
      "the conformance suite runs from the published entry in a runner that is passed in, and passes [S54.a]",
      () => {
        const file = fileURLToPath(new URL(`./node-test/conformance-${name}.ts`, import.meta.url))
        const { stdout, status } = spawnSync(
          process.execPath,
          ["--conditions=millrace-source", "--test", "--test-reporter=tap", file],
          {
            encoding: "utf8",
            env: { ...process.env, NODE_OPTIONS: "", MILLRACE_SEED: `${seed}` },
            maxBuffer: 2 ** 26,
            timeout: LIMIT_MS,
          },
        )
        const figure = (what: string): number =>
          Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(stdout)?.[1] ?? Number.NaN)
        equal(figure("fail"), 0, `MILLRACE_SEED=${seed}: ${stdout.slice(-4_000)}`)
        const groups = DEAR.has(name) ? rulesOfThisRun(seed) : allRules
        const rules = rulesFor(name === "memory" ? memoryHarness() : {}, groups).flatMap((group) => group.rules)
        ok(rules.length >= 50 && figure("pass") >= rules.length, `${figure("pass")} of ${rules.length} rules ran`)
        equal(status, 0)
      },
      LIMIT_MS,
    )
  })
}
