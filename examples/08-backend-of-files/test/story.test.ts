import { readFile } from "node:fs/promises"

import { play } from "@millrace/example-stage/play"
import { expect, it } from "vitest"

/** A whole run, on a machine that has other things to do. */
const RUN_MS = 60_000

it("an app on the backend of files says what the README promises [lesson 49]", { timeout: RUN_MS }, async () => {
  const { code, output, errors } = await play(new URL("../main.ts", import.meta.url), "")
  expect(errors).toBe("")
  expect(output).toBe(await readFile(new URL("../expected-output.txt", import.meta.url), "utf8"))
  expect(code).toBe(0)
})
