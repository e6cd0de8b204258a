import { readFile } from "node:fs/promises"

import { describe, expect, it } from "vitest"

import { play } from "./play.ts"

/** A whole run, on a machine that has other things to do. */
const RUN_MS = 480_000

/** Plays an example on each storage that its services can share, and holds what it prints to its `expected-output.txt`. `folder`: of the example. */
export function playsAsPromised(folder: URL): void {
  for (const backend of ["sqlite", "redis"]) {
    describe(`on ${backend}`, () => {
      it("the services say what their README promises [lesson 49]", { timeout: RUN_MS }, async () => {
        const { code, output, errors } = await play(new URL("main.ts", folder), backend)
        expect(errors).toBe("")
        expect(output).toBe(await readFile(new URL("expected-output.txt", folder), "utf8"))
        expect(code).toBe(0)
      })
    })
  }
}
