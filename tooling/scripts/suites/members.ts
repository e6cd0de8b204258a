import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

/** The folders that hold a suite of tests: every package, every example, the benchmarks' arithmetic, chaos, and the tooling. */
export function suiteFolders(root: string): string[] {
  const members = ["packages", "examples"].flatMap((folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}`) : [],
  )
  return [
    ...members.filter((folder) => existsSync(join(root, folder, "package.json"))),
    "benchmarks",
    "reliability",
    "tooling",
  ]
}
