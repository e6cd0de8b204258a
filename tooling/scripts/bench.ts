// Installs what the benchmarks compare with, which stays outside the workspace, and runs them.
//   npm run bench -- <name> [--json]
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { repository } from "./repository.ts"

const folder = join(repository, "benchmarks")
const entry = join(folder, "main.ts")
if (!existsSync(entry)) {
  console.error("benchmarks/main.ts does not exist")
  process.exit(1)
}

const stamp = join(folder, "node_modules", ".millrace-stamp")
const wanted = ["package.json", "pnpm-lock.yaml"].map((name) => readFileSync(join(folder, name), "utf8")).join("\n")
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  run("pnpm", ["install", "--frozen-lockfile", "--ignore-workspace", "--reporter=append-only"], 2)
  writeFileSync(stamp, wanted)
}
run(process.execPath, ["--conditions=millrace-source", entry, ...process.argv.slice(2)], "inherit")

function run(command: string, options: readonly string[], stdout: number | "inherit"): void {
  const { status } = spawnSync(command, options, { cwd: folder, stdio: ["inherit", stdout, "inherit"] })
  if (status !== 0) process.exit(status ?? 1)
}
