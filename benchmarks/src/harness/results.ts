import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import type { BenchRecord } from "./record.ts"
import { chartOf } from "./render-chart.ts"
import { resultsPage } from "./render-table.ts"

/** Where results are kept: one file for each day, in it each bench as it was last run that day. */
const RESULTS = join(import.meta.dirname, "..", "..", "results")

const FILE = /^\d{4}-\d{2}-\d{2}\.json$/

/** Keeps a record in the file of its day, in place of an earlier one of the same bench, and shows it. */
export function keep(record: BenchRecord, folder = RESULTS): void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${dayOf(record.environment.at)}.json`)
  const others = readRecords(file).filter((one) => one.suite !== record.suite || one.name !== record.name)
  const all = [...others, record].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  writeFileSync(file, `${JSON.stringify({ benches: all }, undefined, 1)}\n`)
  show(folder)
}

/** Whether a bench was run today with this commit: a long run that was broken off goes on behind it. */
export function isKept(suite: string, bench: string, commit: string, folder = RESULTS): boolean {
  const today = readRecords(join(folder, `${dayOf(new Date().toISOString())}.json`))
  return today.some((one) => one.suite === suite && one.name === bench && one.environment.commit === commit)
}

function dayOf(instant: string): string {
  return instant.slice(0, "2026-01-01".length)
}

/** The newest record of each bench of each suite. */
function newestRecords(folder = RESULTS): readonly BenchRecord[] {
  if (!existsSync(folder)) return []
  const newest = new Map<string, BenchRecord>()
  const files = readdirSync(folder).filter((name) => FILE.test(name))
  for (const file of files.toSorted()) {
    for (const record of readRecords(join(folder, file))) newest.set(keyOf(record), record)
  }
  return [...newest.values()]
}

/** Writes the page and the charts of all results kept. */
function show(folder = RESULTS): void {
  const records = newestRecords(folder)
  writeFileSync(join(folder, "README.md"), resultsPage(records))
  for (const [suite, own] of Map.groupBy(records, (record) => record.suite)) {
    writeFileSync(join(folder, `${suite}.svg`), chartOf(own))
  }
}

function keyOf({ suite, name }: BenchRecord): string {
  return `${suite}/${name}`
}

function readRecords(file: string): readonly BenchRecord[] {
  if (!existsSync(file)) return []
  const kept: unknown = JSON.parse(readFileSync(file, "utf8"))
  if (!holdsBenches(kept)) throw new TypeError(`${file} holds no results: remove it, or take it from the last commit`)
  return kept.benches
}

function holdsBenches(value: unknown): value is { readonly benches: readonly BenchRecord[] } {
  return typeof value === "object" && value !== null && "benches" in value && Array.isArray(value.benches)
}
