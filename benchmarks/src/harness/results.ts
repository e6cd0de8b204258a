import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import type { BenchRecord } from "./record.ts"

/** Where results are kept: one file for each day, in it each bench as it was last run that day. */
export const RESULTS = join(import.meta.dirname, "..", "..", "results")

const FILE = /^\d{4}-\d{2}-\d{2}\.json$/

/** Keeps a record in the file of its day, in place of an earlier one of the same bench. */
export function keep(record: BenchRecord, folder = RESULTS): void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${record.environment.at.slice(0, "2026-01-01".length)}.json`)
  const others = readRecords(file).filter((one) => one.suite !== record.suite || one.name !== record.name)
  const all = [...others, record].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  writeFileSync(file, `${JSON.stringify({ benches: all }, undefined, 1)}\n`)
}

/** The newest record of each bench of each suite. */
export function newestRecords(folder = RESULTS): readonly BenchRecord[] {
  if (!existsSync(folder)) return []
  const newest = new Map<string, BenchRecord>()
  const files = readdirSync(folder).filter((name) => FILE.test(name))
  for (const file of files.toSorted()) {
    for (const record of readRecords(join(folder, file))) newest.set(keyOf(record), record)
  }
  return [...newest.values()]
}

function keyOf({ suite, name }: BenchRecord): string {
  return `${suite}/${name}`
}

function readRecords(file: string): readonly BenchRecord[] {
  if (!existsSync(file)) return []
  const kept: unknown = JSON.parse(readFileSync(file, "utf8"))
  if (!isKept(kept)) throw new TypeError(`${file} holds no results: remove it, or take it from the last commit`)
  return kept.benches
}

function isKept(value: unknown): value is { readonly benches: readonly BenchRecord[] } {
  return typeof value === "object" && value !== null && "benches" in value && Array.isArray(value.benches)
}
