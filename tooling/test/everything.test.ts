import { spawnSync } from "node:child_process"
import { relative } from "node:path"

import { describe, expect, it } from "vitest"

import { filesBelow, repository } from "../scripts/repository.ts"

describe("the check of types", () => {
  it("looks at every TypeScript file but those that are to be refused", { timeout: 120_000 }, () => {
    const { stdout } = spawnSync("tsc", ["--listFilesOnly", "-p", "tooling/tsconfig/everything.json"], {
      cwd: repository,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    })
    const seen = new Set(stdout.split("\n").map((file) => relative(repository, file)))
    const all = filesBelow(repository).filter((path) => path.endsWith(".ts"))
    expect(all.length).toBeGreaterThan(1_000)
    expect(all.filter((path) => !seen.has(path) && !path.includes("/test/types/refused/"))).toEqual([])
  })
})
