import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll } from "vitest"

import { startPostgres, type TestPostgres } from "../../testing/src/servers/start-postgres.ts"

/** A storage that the command is tried on. */
export interface Store {
  readonly name: string
  /** The URL of a log that does not exist yet. */
  url(): Promise<string>
}

let postgres: Promise<TestPostgres> | undefined
let schemas = 0
const folders: string[] = []

afterAll(async () => {
  if (postgres !== undefined) await (await postgres).stop()
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

export const stores: readonly Store[] = [
  {
    name: "sqlite",
    async url() {
      const folder = await mkdtemp(join(tmpdir(), "millrace-cli-"))
      folders.push(folder)
      return `sqlite:${join(folder, "log.db")}`
    },
  },
  {
    name: "postgres",
    async url() {
      postgres ??= startPostgres()
      schemas += 1
      return `${(await postgres).url}?schema=cli_${schemas}`
    },
  },
]
