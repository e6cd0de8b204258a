import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A folder for one test. */
export interface TemporaryFolder {
  readonly path: string
  readonly remove: () => Promise<void>
}

/** A new folder, and how to remove it. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), "millrace-test-"))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
