import { equal } from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, it, onTestFinished } from "vitest"

import { loadConfig } from "../src/config/index.ts"
import { configOf } from "../src/config/load-config.ts"
import { textSource } from "../src/config/source.ts"
import { triedConfig as tried } from "./tried-config.ts"

describe("a config that is made to do harm", () => {
  const many = 100_000
  const bomb = [
    "a: &a [x, x, x, x, x, x, x, x, x]",
    ...Array.from(
      { length: 9 },
      (_, at) =>
        `${"bcdefghij"[at]}: &${"bcdefghij"[at]} [${Array.from({ length: 9 }, () => `*${"abcdefghi"[at]}`).join(", ")}]`,
    ),
  ].join("\n")
  for (const [what, text] of [
    ["of aliases that multiply", bomb],
    ["that contains itself", "apis: &a\n  default: *a\n"],
    ["of an alias that nobody has", "apis: *nobody\n"],
    ["of very many open brackets", "[".repeat(many)],
    ["of very deep maps", `${"{a: ".repeat(2_000)}1${"}".repeat(2_000)}`],
    ["of very deep lists", `${"[".repeat(2_000)}${"]".repeat(2_000)}`],
    ["that merges itself", "apis: &a\n  <<: *a\n"],
    ["of a key that is a map", "? {a: 1}\n: 2\n"],
    ["of two documents", "a: 1\n---\nb: 2\n"],
    ["of a number that no number holds", "max_shutdowns: 123456789012345678901234567890\n"],
    ["of a list", "- 1\n- 2\n"],
    ["of a text", "hello\n"],
  ] as const) {
    it(`is refused: one ${what}`, () => {
      equal(typeof tried(() => configOf(textSource("c.yaml", text), {})), "string")
    })
  }
  for (const [what, text] of [
    ["that throws", "throw new Error('no')"],
    ["that is no module", "export default {"],
    ["that imports what is not there", "import 'not-there-at-all'\nexport default {}"],
    ["without a default", "export const a = 1"],
    ["that exports a promise that fails", "export default Promise.reject(new Error('no'))"],
    ["that exports a function", "export default () => ({})"],
    ["that exports a number too large", "export default { max_shutdowns: 10n }"],
    ["that exports what contains itself", "const a = { apis: {} }\na.apis.default = a\nexport default a"],
    ["whose values throw", "export default { get backend() { throw new TypeError('no') } }"],
    ["that has a syntax error", "export default { a: : }"],
  ] as const) {
    it(`is refused: a module ${what}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "millrace-config-"))
      onTestFinished(() => rm(folder, { recursive: true }))
      const file = join(folder, "config.ts")
      await writeFile(file, text)
      const made = await loadConfig(file, { environment: {} }).then(
        (config) => () => config,
        (error: unknown) => () => {
          throw error
        },
      )
      equal(typeof tried(made), "string")
    })
  }
  for (const name of [
    "not-there.yaml",
    "not-there.ts",
    "a\u0000b.yaml",
    "a\u0000b.ts",
    "",
    ".",
    "/",
    "x".repeat(10_000),
    "file:///x.ts",
    "%zz.ts",
  ]) {
    it(`is refused: one in a file called ${JSON.stringify(name.slice(0, 20))}`, async () => {
      const made = await loadConfig(name, { environment: {} }).then(
        (config) => () => config,
        (error: unknown) => () => {
          throw error
        },
      )
      equal(typeof tried(made), "string")
    })
  }
})
