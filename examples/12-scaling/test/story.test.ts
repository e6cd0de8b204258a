import { readFile } from "node:fs/promises"

import { play } from "@millrace/example-stage/play"
import { describe, expect, it } from "vitest"

/** A whole run, on a machine that has other things to do. */
const RUN_MS = 120_000

const SHARE = /(\d+) parcels · +\d+ %/g

describe("on sqlite", () => {
  it(
    "three processes share the parcels and keep each door's order, as the README promises [S40.c S41.a lesson 49]",
    { timeout: RUN_MS },
    async () => {
      const { code, output, errors } = await play(new URL("../main.ts", import.meta.url), "sqlite")
      expect(errors).toBe("")
      const shares = [...output.matchAll(SHARE)].map(([, parcels]) => Number(parcels))
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(600)
      // How much each gets is the machine's affair. That one works while another waits is not.
      expect(shares.filter((share) => share > 0).length).toBeGreaterThan(1)
      const pattern = output
        .replace(SHARE, "<n> parcels · <n> %")
        .replace(/\d+ parcels a second/, "<n> parcels a second")
      expect(pattern).toBe(await readFile(new URL("../expected-output.txt", import.meta.url), "utf8"))
      expect(code).toBe(0)
    },
  )
})
