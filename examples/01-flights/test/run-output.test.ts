import { readFile } from "node:fs/promises"
import { tmpdir } from "node:os"

import { describe, expect, it } from "vitest"

import { missingMongo, skippedFor } from "./missing-mongo.ts"
import { type Played, runDemo } from "./run-demo.ts"
import { shape } from "./shape.ts"

const CRASH = /^(killed|abandoned) at (\d+) settled, held ([1-9]\d*) leases?, recovered in \d+\.\d s$/

/** A whole run, on a machine that has other things to do. */
const RUN_MS = 120_000

/** What the demo is to print, from the file that its README names. */
function expectedFor(backend: string): Promise<string> {
  return readFile(new URL(`../expected-output.${backend}.txt`, import.meta.url), "utf8")
}

/** The output without the line of the crash, which comes when the worker has recovered: that can be before any of the others. */
function splitAtCrash({ output }: Played): { readonly crash: string; readonly rest: string } {
  const lines = output.trimEnd().split("\n")
  const crashes = lines.filter((line) => CRASH.test(line))
  expect(crashes).toHaveLength(1)
  return { crash: crashes[0] ?? "", rest: lines.filter((line) => !CRASH.test(line)).join("\n") }
}

const noMongo = await missingMongo()

for (const [backend, ended, missing] of [
  ["memory", "abandoned", undefined],
  ["sqlite", "killed", undefined],
  ["postgres", "killed", undefined],
  ["redis", "killed", undefined],
  ["mongodb", "killed", noMongo],
] as const) {
  describe.skipIf(missing)(`on ${backend}${skippedFor(missing)}`, () => {
    it("the demo prints what its README promises, and loses a worker on the way", { timeout: RUN_MS }, async () => {
      const played = await runDemo("--flights", "500", "--backend", backend)
      expect(played.errors).toBe("")
      const { crash, rest } = splitAtCrash(played)
      expect(rest).toMatch(shape(await expectedFor(backend)))
      expect(played.code).toBe(0)
      const [, how, settled] = CRASH.exec(crash) ?? []
      expect(how).toBe(ended)
      expect(Number(settled)).toBeGreaterThanOrEqual(100)
      expect(Number(settled)).toBeLessThanOrEqual(400)
    })
  })
}

describe("the demo", () => {
  it("refuses a storage that it does not know, and more flights than there are", async () => {
    const unknown = await runDemo("--backend", "paper")
    expect(unknown.code).toBe(1)
    expect(unknown.errors).toContain(
      "--backend paper: only memory, sqlite, postgres, redis, mongodb are started here by their bare names",
    )
    const gone = await runDemo("--backend", "postgres", "--folder", tmpdir(), "--prove-only")
    expect(gone.code).toBe(1)
    expect(gone.errors).toContain("the server of --backend postgres went with its run")
    const impossible = await runDemo("--flights", "20001")
    expect(impossible.code).toBe(1)
    expect(impossible.errors).toContain("Give a whole number from 1 to 20000.")
  })
})
