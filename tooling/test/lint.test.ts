import { spawnSync } from "node:child_process"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { repository } from "../scripts/repository.ts"
import { temporaryRepository } from "./temporary-repository.ts"

function lint(code: string): { status: number | null; stdout: string } {
  const settings = { compilerOptions: { strict: true, module: "nodenext", target: "es2024", types: [] } }
  using folder = temporaryRepository({ "case.ts": code, "tsconfig.json": JSON.stringify(settings) })
  return spawnSync("oxlint", ["--type-aware", "--deny-warnings", "-c", join(repository, ".oxlintrc.json"), "case.ts"], {
    cwd: folder.root,
    encoding: "utf8",
  })
}

describe("the linter", () => {
  it("has nothing to say of code in order", () => {
    expect(lint("export const one = 1\n")).toMatchObject({ status: 0 })
  })

  it.each([
    ["no-floating-promises", "async function f(): Promise<void> {}\nf()\n"],
    ["no-misused-promises", "[1].forEach(async () => {})\n"],
    ["no-explicit-any", "export const a: any = 1\n"],
    ["no-unsafe-assignment", "export const a: number = JSON.parse('1')\n"],
    ["switch-exhaustiveness-check", "export function f(a: 'x' | 'y') { switch (a) { case 'x': return 1 } return 2 }\n"],
  ])("finds what %s forbids", (rule, code) => {
    const { status, stdout } = lint(code)
    expect(stdout).toContain(rule)
    expect(status).toBe(1)
  })
})
