import { readFile } from "node:fs/promises"

import { describe, expect, it, onTestFinished } from "vitest"

import { backends } from "../../../packages/testing/test/backends.ts"
import { ANSWER_MS } from "../src/agency.ts"
import { story } from "../src/story.ts"

const TIMES = /^(in turn|side by side): (\d+) ms$/gm

/** What timers and the clock may differ by. */
const ROUNDED_MS = 5

/** A whole run, on a machine that has other things to do. */
const RUN_MS = 60_000

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it(
      "a holiday is booked by a workflow that joins two others, and by actors that react to each other, as the README promises [S28.a S28.b S28.c S48.a]",
      { timeout: RUN_MS },
      async () => {
        const log = await backend.open()
        const connected = log.connect()
        onTestFinished(async () => {
          await connected.close()
          await log.remove()
        })
        const lines: string[] = []
        await story(connected, (line) => lines.push(line))
        const output = `${lines.join("\n")}\n`
        const [inTurn, sideBySide] = [...output.matchAll(TIMES)].map(([, , ms]) => Number(ms))
        // How much longer is the machine's affair. That they wait for the agency twice, and once, is not.
        expect(inTurn).toBeGreaterThanOrEqual(2 * ANSWER_MS - ROUNDED_MS)
        expect(sideBySide).toBeGreaterThanOrEqual(ANSWER_MS - ROUNDED_MS)
        const expected = await readFile(new URL("../expected-output.txt", import.meta.url), "utf8")
        expect(output.replace(TIMES, "$1: <n> ms")).toBe(expected)
      },
    )
  })
}
