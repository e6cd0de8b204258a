import { describe, expect, it } from "vitest"

import { checkHouse } from "../scripts/arrows/check-house.ts"
import { temporaryRepository } from "./temporary-repository.ts"

const core = "packages/core/src"

function findings(files: Readonly<Record<string, string>>): string[] {
  using repository = temporaryRepository(files)
  return checkHouse(repository.root).problems.map(({ file, line, says }) =>
    line === undefined ? `${file}: ${says}` : `${file}:${line}: ${says}`,
  )
}

describe("the check of the house", () => {
  it("has nothing to say of imports that go down", () => {
    expect(
      findings({
        [`${core}/stream/id.ts`]: `import * as Schema from "../message/message.ts"`,
        [`${core}/message/message.ts`]: `import * as Schema from "effect/Schema"`,
        [`${core}/memory/append.ts`]: `import type { Append } from "../backend/append.ts"`,
        [`${core}/index.ts`]: `export * from "./runtime/run.ts"`,
        [`${core}/runtime/run.ts`]: `import { setTimeout } from "node:timers"`,
        "packages/testing/src/conformance/append.ts": `import assert from "node:assert/strict"\nimport "@millrace/core/backend"`,
        "packages/sqlite/src/append.ts": `import { DatabaseSync } from "node:sqlite"`,
      }),
    ).toEqual([])
  })

  it.each([
    ["a room below that imports one above", `${core}/backend/append.ts`, `import "../runtime/run.ts"`],
    ["a type that goes up", `${core}/reactor/action.ts`, `import type { Backend } from "../backend/backend.ts"`],
    ["an export that goes up", `${core}/store/store.ts`, `export * from "../runtime/run.ts"`],
    ["an import inside a type", `${core}/message/message.ts`, `type X = import("../store/store.ts").X`],
    ["an import at run time", `${core}/message/message.ts`, `const x = await import("../store/store.ts")`],
    ["a driver in core", `${core}/memory/append.ts`, `import { DatabaseSync } from "node:sqlite"`],
    ["another backend", "packages/sqlite/src/append.ts", `import "@millrace/postgres"`],
    ["more of core than the contract", "packages/sqlite/src/append.ts", `import "@millrace/core"`],
    ["a test runner in the suite", "packages/testing/src/conformance/append.ts", `import { it } from "vitest"`],
    ["a way around by a relative path", "packages/sqlite/src/append.ts", `import "../../core/src/index.ts"`],
  ])("finds %s", (_, path, content) => {
    expect(findings({ [path]: content })).toEqual([expect.stringContaining(`${path}:1: `)])
  })

  it("finds a file that stands in no room", () => {
    expect(findings({ [`${core}/shed/thing.ts`]: "" })).toEqual([expect.stringContaining("no room of the house")])
  })

  it("finds clocks, timers and randomness that are taken and not given", () => {
    const source =
      "Date.now()\nMath.random()\nnew Date()\nsetTimeout(f, 1)\ncrypto.randomUUID()\nimport { randomUUID } from 'node:crypto'\nnew Date(0)"
    expect(findings({ [`${core}/store/store.ts`]: source }).map((finding) => finding.split(":")[1])).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
    ])
    expect(findings({ [`${core}/runtime/system-clock.ts`]: source })).toEqual([])
  })

  it("finds holes in the types, outside tests", () => {
    const source = "const a: any = 1\nconst b = a as any\n// @ts-ignore\n// @ts-expect-error: why\ntype C = Array<any>"
    expect(findings({ "examples/x/main.ts": source })).toHaveLength(5)
    expect(findings({ "examples/x/test/main.test.ts": source })).toEqual([])
    expect(findings({ "examples/x/main.ts": `const text = ": any @ts-ignore"` })).toEqual([])
  })

  it.each(["packages/x/src/AppendOne.ts", "packages/x/utils.ts", "packages/x/row-helpers.ts", "packages/common/a.ts"])(
    "finds the name %s",
    (path) => {
      expect(findings({ [path]: "" })).not.toEqual([])
    },
  )

  it("finds an exported name without a subject", () => {
    expect(findings({ "examples/x/main.ts": "export class OrderManager {}" })).toEqual([
      expect.stringContaining("OrderManager"),
    ])
  })

  it("finds a file of more than 300 lines, and an exception that is not needed", () => {
    const long = "\n".repeat(300) + "const last = 1\n"
    expect(findings({ "examples/x/main.ts": long })).toEqual([expect.stringContaining("301 lines")])
    const exceptions = JSON.stringify({ "examples/x/main.ts": "a table" })
    expect(findings({ "examples/x/main.ts": long, "tooling/size-exceptions.json": exceptions })).toEqual([])
    expect(findings({ "examples/x/main.ts": "", "tooling/size-exceptions.json": exceptions })).toEqual([
      expect.stringContaining("no exception any more"),
    ])
  })

  it("finds paths of one machine and hosts of registries", () => {
    const machine = ["", "work", "main"].join("/")
    const host = ["registry", "npmjs", "org"].join(".")
    expect(findings({ "docs/page.md": `see ${machine}\nor ${host}` })).toHaveLength(2)
    expect(findings({ "pnpm-lock.yaml": `resolution: {tarball: https://example.test/a.tgz}` })).toHaveLength(1)
  })
})
