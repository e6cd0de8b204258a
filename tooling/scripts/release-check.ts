// Everything that has to be true before a release, but for publishing it: checks, tarballs and their sizes, and what would be published.
import { readdirSync, statSync } from "node:fs"
import { join } from "node:path"

import Table from "cli-table3"

import { runChecks } from "./checks.ts"
import { repository } from "./repository.ts"
import { runStep } from "./run-step.ts"

/** The most that a package may weigh, packed: one that grows past it has taken in something that nobody meant. */
const MOST_PACKED_KB = 400

const checks = await runChecks()
const dry = await runStep({
  name: "publish",
  command: ["pnpm", "--recursive", "publish", "--dry-run", "--no-git-checks"],
})
const table = new Table({ head: ["package", "packed, kB"], style: { head: [], border: [], compact: true } })
const tooLarge: string[] = []
for (const name of readdirSync(join(repository, "packages"))) {
  const folder = join(repository, "packages", name, ".generated/tarball")
  for (const tarball of readdirSync(folder)) {
    const kilobytes = Math.round(statSync(join(folder, tarball)).size / 1024)
    table.push([name, kilobytes])
    if (kilobytes > MOST_PACKED_KB) tooLarge.push(name)
  }
}
console.log(table.toString())
for (const name of tooLarge) console.log(`✗ ${name} is over ${MOST_PACKED_KB} kB: look what is in it`)
if (!dry.passed) console.log(`✗ nothing could be published:\n${dry.output}`)
const passed = dry.passed && tooLarge.length === 0 && checks.every((check) => check.passed)
console.log(passed ? "ready to be released" : "not ready to be released")
process.exitCode = passed ? 0 : 1
