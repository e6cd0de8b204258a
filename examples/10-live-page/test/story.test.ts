import { readFile } from "node:fs/promises"

import { play } from "@millrace/example-stage/play"
import { describe, expect, it } from "vitest"

/** A whole run, on a machine that has other things to do. */
const RUN_MS = 60_000

for (const backend of ["sqlite"]) {
  describe(`on ${backend}`, () => {
    it("the page shows what its README promises [lesson 49]", { timeout: RUN_MS }, async () => {
      const { code, output, errors } = await play(new URL("../main.ts", import.meta.url), backend)
      expect(errors).toBe("")
      expect(output).toBe(await readFile(new URL("../expected-output.txt", import.meta.url), "utf8"))
      expect(code).toBe(0)
    })
  })
}
