import { readFile } from "node:fs/promises"

import { describe, expect, it, onTestFinished } from "vitest"

import { backends } from "../../../packages/testing/test/backends.ts"
import { DEVELOP_MS } from "../src/darkroom.ts"
import { PICTURES, story } from "../src/story.ts"

const TIMES = /^(\d+) ms$/gm

/** What timers and the clock may differ by, for each picture. */
const ROUNDED_MS = 2

/** A whole run, on a machine that has other things to do. */
const RUN_MS = 60_000

const here = backends.filter(({ name }) => name === "memory" || name === "sqlite")

for (const tested of here) {
  describe(`on ${tested.name}`, () => {
    it(
      "what is in one stream is done in turn, what is in streams of its own side by side and joined, as the README promises [S48.a]",
      { timeout: RUN_MS },
      async () => {
        const log = await tested.open()
        const backend = log.connect()
        onTestFinished(async () => {
          await backend.close()
          await log.remove()
        })
        const lines: string[] = []
        await story(backend, (line) => lines.push(line))
        const output = `${lines.join("\n")}\n`
        const [inTurn = 0, sideBySide = 0] = [...output.matchAll(TIMES)].map(([, ms]) => Number(ms))
        // How much longer is the machine's affair; that one waits for each picture, and the other does not, is not.
        expect(inTurn).toBeGreaterThanOrEqual(PICTURES * (DEVELOP_MS - ROUNDED_MS))
        expect(sideBySide).toBeLessThan(inTurn)
        const expected = await readFile(new URL("../expected-output.txt", import.meta.url), "utf8")
        expect(output.replace(TIMES, "<n> ms")).toBe(expected)
      },
    )
  })
}
