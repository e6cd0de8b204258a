// Checks that everything installed here has a licence that a user of Millrace can live with.
import { spawnSync } from "node:child_process"

import { type Problem, report } from "./problem.ts"
import { repository } from "./repository.ts"

/** Licences that ask for nothing but their notice. */
const anywhere = [
  "MIT",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "Python-2.0",
]
/** Licences of programs that only build or test Millrace, and are no part of what is published. */
const toolsOnly = ["MPL-2.0", "PostgreSQL", "Unlicense", "WTFPL"]

interface Licensed {
  readonly name: string
}

const published = licences("--prod")
const all = licences()
const problems: Problem[] = [
  ...refused(published, anywhere, "is a dependency of what is published"),
  ...refused(all, [...anywhere, ...toolsOnly], "is installed here"),
]
const count = [...all.values()].reduce((sum, packages) => sum + packages.length, 0)
report("licences", `${count} packages`, problems)

function licences(...options: readonly string[]): ReadonlyMap<string, readonly Licensed[]> {
  const { status, stdout, stderr } = spawnSync("pnpm", ["--recursive", "licenses", "list", "--json", ...options], {
    cwd: repository,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`pnpm licenses list failed: ${stdout}${stderr}`)
  const found: unknown = stdout.trim().startsWith("{") ? JSON.parse(stdout) : {}
  if (typeof found !== "object" || found === null) return new Map()
  return new Map(Object.entries(found).map(([licence, packages]) => [licence, named(packages)]))
}

function named(packages: unknown): Licensed[] {
  if (!Array.isArray(packages)) return []
  return packages.flatMap((one: unknown) =>
    typeof one === "object" && one !== null && "name" in one && typeof one.name === "string"
      ? [{ name: one.name }]
      : [],
  )
}

function refused(
  found: ReadonlyMap<string, readonly Licensed[]>,
  allowed: readonly string[],
  where: string,
): Problem[] {
  return [...found].flatMap(([licence, packages]) =>
    licence.split(/ OR | AND |[()]/).some((one) => allowed.includes(one.trim()))
      ? []
      : packages.map(({ name }) => ({ file: "pnpm-lock.yaml", says: `${name} ${where} under ${licence}: look at it` })),
  )
}
