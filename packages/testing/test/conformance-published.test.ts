import { equal, ok } from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import { describe, it } from "vitest"

import { rulesFor } from "../src/conformance/index.ts"
import { backends } from "./backends.ts"
import { memoryHarness } from "./conformance/memory-harness.ts"

const LIMIT_MS = 300_000

for (const { name } of backends) {
  describe(`on ${name}`, () => {
    it(
      "the conformance suite runs from the published entry in a runner that is passed in, and passes [S54.a]",
      () => {
        const file = fileURLToPath(new URL(`./node-test/conformance-${name}.ts`, import.meta.url))
        const { stdout, status } = spawnSync(
          process.execPath,
          ["--conditions=millrace-source", "--test", "--test-reporter=tap", file],
          { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" }, maxBuffer: 2 ** 26, timeout: LIMIT_MS },
        )
        const figure = (what: string): number =>
          Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(stdout)?.[1] ?? Number.NaN)
        equal(figure("fail"), 0, stdout.slice(-4_000))
        const rules = rulesFor(name === "memory" ? memoryHarness() : {}).flatMap((group) => group.rules)
        ok(figure("pass") >= rules.length, `${figure("pass")} of ${rules.length} rules ran`)
        equal(status, 0)
      },
      LIMIT_MS,
    )
  })
}
