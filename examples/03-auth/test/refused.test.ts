import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"

import { expect, it } from "vitest"

import { compile } from "../../../packages/core/test/types/compile.ts"

/** The compiler, on a machine that has other things to do. */
const COMPILE_MS = 60_000

it("the compiler refuses a wrong password, and nothing that is right", { timeout: COMPILE_MS }, async () => {
  const errors = compile(fileURLToPath(new URL("types/tsconfig.json", import.meta.url)))
  const source = await readFile(new URL("types/refused/wrong-password.ts", import.meta.url), "utf8")
  const refused = source.split("\n").flatMap((text, index) => {
    const [, says] = /^\/\/ refused: (.+)$/.exec(text) ?? []
    return says === undefined ? [] : [{ line: index + 2, says }]
  })
  expect(refused.length).toBeGreaterThan(0)
  expect(errors.map(({ line }) => line)).toEqual(refused.map(({ line }) => line))
  for (const [index, { says }] of refused.entries()) expect(errors[index]?.text).toContain(says)
})
