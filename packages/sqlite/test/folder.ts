import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import type { Backend } from "@millrace/core/backend"
import { onTestFinished } from "vitest"

import { sqliteBackend, type SqliteOptions } from "../src/index.ts"

/** A folder that is removed when the test has finished. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "millrace-sqlite-"))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A backend that is closed when the test has finished. */
export function backendOn(
  target: Parameters<typeof sqliteBackend>[0],
  options?: SqliteOptions,
): ReturnType<typeof sqliteBackend> {
  const backend = sqliteBackend(target, options)
  onTestFinished(() => backend.close())
  return backend
}

/** A migrated log in a file of its own. */
export async function freshLog(
  options?: SqliteOptions,
): Promise<{ readonly path: string; readonly backend: ReturnType<typeof sqliteBackend> }> {
  const path = join(folder(), "log.db")
  const backend = backendOn(path, options)
  await backend.migrate()
  return { path, backend }
}

/** How many messages the log holds. */
export async function countOf(backend: Backend): Promise<number> {
  return (await backend.operator.stats()).messages
}
