import { spawnSync } from "node:child_process"

import { findProgram, programFolders } from "./find-program.ts"
import { type SystemProgram, systemPrograms } from "./programs.ts"

export interface InstallOptions {
  readonly programs?: readonly SystemProgram[]
  /** Where programs are looked for. */
  readonly folders?: readonly string[]
  /** Whether packages may be installed. */
  readonly isRoot?: boolean
  readonly say?: (line: string) => void
}

/**
 * Installs the programs that suites need and the machine lacks: with `apt-get`, as root, saying so. Elsewhere it says what to install. Does nothing
 * when all are there. Answers those still missing.
 */
export function installPrograms({
  programs = systemPrograms,
  folders = programFolders(),
  isRoot = process.getuid?.() === 0,
  say = (line) => console.log(line),
}: InstallOptions = {}): readonly SystemProgram[] {
  const missing = () => programs.filter(({ program }) => findProgram(program, folders) === undefined)
  const lacking = missing()
  if (lacking.length === 0) return []
  const packages = lacking.map(({ debian }) => debian)
  const aptGet = findProgram("apt-get", folders)
  if (aptGet !== undefined && isRoot) {
    say(`installing for the tests, with apt-get: ${packages.join(" ")}`)
    // The lists of a fresh machine are empty, those of another may name packages that are gone.
    if (!install(aptGet, packages)) {
      run(aptGet, ["update", "-qq"])
      install(aptGet, packages)
    }
  }
  const still = missing()
  for (const { program, debian, tests } of still) {
    say(`${program} is missing, so ${tests} is not tested: install it (Debian: apt-get install ${debian})`)
  }
  return still
}

function install(aptGet: string, packages: readonly string[]): boolean {
  return run(aptGet, ["install", "-y", "-qq", "--no-install-recommends", ...packages])
}

function run(program: string, options: readonly string[]): boolean {
  const { status } = spawnSync(program, [...options], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  })
  return status === 0
}
