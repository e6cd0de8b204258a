import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, expect, it, onTestFinished } from "vitest"

import { installPrograms } from "../scripts/system/install-programs.ts"

const programs = [
  { program: "here", debian: "here-package", tests: "what is here" },
  { program: "pooler", debian: "pooler-package", tests: "the pooler" },
]

/** A machine: a folder of programs, with an apt-get that does as `script` says. */
async function machine(script: string) {
  const folder = await mkdtemp(join(tmpdir(), "millrace-programs-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, "here"), "")
  await writeFile(join(folder, "apt-get"), `#!/bin/sh\ncd ${folder}\necho "$@" >> calls\n${script}\n`)
  await chmod(join(folder, "apt-get"), 0o755)
  const said: string[] = []
  return {
    said,
    options: { programs, folders: [folder], say: (line: string) => void said.push(line) },
    calls: () => readFile(join(folder, "calls"), "utf8").catch(() => ""),
  }
}

describe("the programs that suites need", () => {
  it("are installed where they are missing, and only then", async () => {
    const { options, said, calls } = await machine("touch pooler")
    expect(installPrograms({ ...options, isRoot: true })).toEqual([])
    expect(said).toEqual(["installing for the tests, with apt-get: pooler-package"])
    expect(installPrograms({ ...options, isRoot: true })).toEqual([])
    expect(await calls()).toBe("install -y -qq --no-install-recommends pooler-package\n")
  })

  it("are installed after an update where the lists of packages are empty", async () => {
    const { options, calls } = await machine(
      'case "$1" in update) touch lists;; *) [ -f lists ] && touch pooler;; esac',
    )
    expect(installPrograms({ ...options, isRoot: true })).toEqual([])
    expect((await calls()).split("\n").map((line) => line.split(" ")[0])).toEqual(["install", "update", "install", ""])
  })

  it("are told to a user who may not install, and answered as missing", async () => {
    const { options, said, calls } = await machine("touch pooler")
    expect(installPrograms({ ...options, isRoot: false })).toEqual([programs[1]])
    expect(said).toEqual([
      "pooler is missing, so the pooler is not tested: install it (Debian: apt-get install pooler-package)",
    ])
    expect(await calls()).toBe("")
  })

  it("are answered as missing where installing them fails", async () => {
    const { options } = await machine("exit 1")
    expect(installPrograms({ ...options, isRoot: true })).toEqual([programs[1]])
  })
})
