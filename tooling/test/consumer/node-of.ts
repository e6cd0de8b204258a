import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

import { repository } from "../../scripts/repository.ts"

/** The folder of a Node of this version: the one at work, or one from npm, kept beside the toolchain. */
export function nodeOf(version: string): string {
  if (process.versions.node === version) return dirname(process.execPath)
  const name = `node-${process.platform}-${process.arch}`
  const folder = join(repository, ".toolchain", `${name}-${version}`)
  if (!existsSync(folder)) {
    const staging = `${folder}.${process.pid}`
    mkdirSync(staging, { recursive: true })
    writeFileSync(join(staging, "package.json"), "{}\n")
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--silent", `${name}@${version}`], { cwd: staging })
    renameSync(staging, folder)
    rmSync(staging, { recursive: true, force: true })
  }
  return join(folder, "node_modules", name, "bin")
}
