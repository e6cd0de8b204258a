import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { describe, expect, it } from "vitest"

import { compile } from "../../../core/test/types/compile.ts"

/** A line that has to be refused: the one after `// refused: <part of the message>`. */
interface Refusal {
  readonly line: number
  readonly says: string
}

// Wrong or missing parameters, `fire` on an API that is only used, and a missing name are compile errors.
const folder = fileURLToPath(new URL("refused/", import.meta.url))
const files = readdirSync(folder).toSorted()
const errors = compile(fileURLToPath(new URL("tsconfig.json", import.meta.url)))

function refusalsIn(file: string): readonly Refusal[] {
  const lines = readFileSync(`${folder}${file}`, "utf8").split("\n")
  return lines.flatMap((text, index) => {
    const [, says] = /^\s*\/\/ refused: (.+)$/.exec(text) ?? []
    return says === undefined ? [] : [{ line: index + 2, says }]
  })
}

for (const file of files) {
  const refusals = refusalsIn(file)
  const own = errors.filter((error) => error.file === `refused/${file}`)

  describe(`the compiler, on ${file}, [L1.a L3.d]`, () => {
    for (const { line, says } of refusals) {
      it(`says on line ${line}: ${says}`, () => {
        const there = own.filter((error) => error.line === line).map((error) => error.text)
        expect(there.join("\n")).toContain(says)
      })
    }

    it("refuses nothing else", () => {
      const expected = new Set(refusals.map((refusal) => refusal.line))
      expect(own.filter((error) => !expected.has(error.line))).toEqual([])
    })
  })
}

it("the compiler refuses nothing outside these examples", () => {
  expect(errors.filter((error) => !error.file.startsWith("refused/"))).toEqual([])
  expect(files.length).toBeGreaterThan(0)
})
