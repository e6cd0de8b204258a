// Packs the package of the current folder as it would be published, and checks the tarball.
import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"

const folder = ".generated/tarball"
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

must("pnpm", ["pack", "--pack-destination", folder])
const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"))
if (tarball === undefined) throw new Error(`pnpm pack left no tarball in ${folder}`)
const file = join(folder, tarball)

const stray = must("tar", ["-tzf", file])
  .split("\n")
  .filter((name) => /\.tsbuildinfo$|\.test\.|^package\/(src|test)\//.test(name))
if (stray.length > 0) {
  console.log(`the tarball holds what nobody needs: ${stray.join(", ")}`)
  process.exitCode = 1
}
must("publint", ["--strict", file])
must("attw", ["--profile", "esm-only", "--no-color", "--no-emoji", file])

/** Prints what the command says where it fails, and ends there. */
function must(command: string, options: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, options, { encoding: "utf8" })
  if (status === 0) return stdout
  console.log(`${command} ${options.join(" ")}\n${error?.message ?? `${stdout}${stderr}`}`)
  process.exit(1)
}
