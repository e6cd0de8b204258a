import { spawnSync } from "node:child_process"
import { copyFileSync, existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

/**
 * Installs a peer beside its subject by the lockfile kept there. Peers stay outside the workspace: nobody who builds, tests or
 * uses Millrace downloads them. A copy of the lockfile marks a finished install.
 */
export function installPeer(name: string): void {
  const folder = join(import.meta.dirname, "..", "subjects", name)
  const lockfile = join(folder, "package-lock.json")
  const mark = join(folder, "node_modules", ".installed-lockfile")
  if (existsSync(mark) && readFileSync(mark, "utf8") === readFileSync(lockfile, "utf8")) return
  console.error(`bench: installing the peers in ${name} (once; a native module may take a minute to compile)`)
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  })
  if (npm.status !== 0) throw new Error(`npm could not install the peers in ${folder}: is the registry reachable?`)
  copyFileSync(lockfile, mark)
}

/** The packages that a peer's folder asks for, with their exact versions. */
export function versionsOf(name: string): readonly (readonly [string, string])[] {
  const manifest: unknown = JSON.parse(
    readFileSync(join(import.meta.dirname, "..", "subjects", name, "package.json"), "utf8"),
  )
  if (!hasDependencies(manifest)) throw new Error(`the peers in ${name} have no dependencies`)
  return Object.entries(manifest.dependencies)
}

function hasDependencies(value: unknown): value is { readonly dependencies: Readonly<Record<string, string>> } {
  return typeof value === "object" && value !== null && "dependencies" in value
}
