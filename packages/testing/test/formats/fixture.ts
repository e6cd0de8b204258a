import { readdir, readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { gunzipSync, gzipSync } from "node:zlib"

import { linesOf } from "./lines-of.ts"
import type { FormatStorage } from "./stored-log.ts"

const folder = new URL("fixtures/", import.meta.url)

/** A log as a release has left it, and what it held in words that belong to no storage. */
export interface Fixture {
  readonly format: number
  readonly saved: string
  readonly records: readonly unknown[]
}

/** Where the fixtures of a storage are. */
export function fixturePath({ name }: Pick<FormatStorage, "name">, format: number, ending: string): string {
  return fileURLToPath(new URL(`${name}-${format}.${ending}`, folder))
}

/** All logs that releases have left on a storage, the oldest format first. */
export async function fixturesOf(storage: FormatStorage): Promise<readonly Fixture[]> {
  const found: Fixture[] = []
  for (const file of await readdir(folder)) {
    const format = new RegExp(`^${storage.name}-(\\d+)\\.saved\\.gz$`).exec(file)?.[1]
    if (format === undefined) continue
    found.push(await readFixture(storage, Number(format)))
  }
  return found.toSorted((one, other) => one.format - other.format)
}

async function readFixture(storage: FormatStorage, format: number): Promise<Fixture> {
  const saved = gunzipSync(await readFile(fixturePath(storage, format, "saved.gz"))).toString("utf8")
  const records = linesOf(await readFile(fixturePath(storage, format, "records.jsonl"), "utf8"))
  return { format, saved, records }
}

/** Text as a fixture keeps it. */
export function packed(saved: string): Buffer {
  return gzipSync(saved, { level: 9 })
}
