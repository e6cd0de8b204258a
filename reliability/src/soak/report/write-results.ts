import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { quantilesOf } from "../gauges/quantiles-of.ts"
import type { SoakOutcome } from "../soak.ts"
import { drawLatencies } from "./draw-latencies.ts"
import { windows } from "./windows.ts"

const FOLDER = fileURLToPath(new URL("../../../results/", import.meta.url))
const POINTS = 120

/** What programs read of a soak: its table, and its course in windows. Names no machine. */
export function resultOf({ samples, flatness, findings, ...outcome }: SoakOutcome) {
  return {
    ...outcome,
    node: process.version,
    removed: samples.removed,
    stored: quantilesOf(samples.stored),
    handled: quantilesOf(samples.handled),
    flatness,
    findings,
    course: windows(samples.samples, POINTS),
  }
}

/** Keeps a result beside those of the other storages, as JSON and as a plot. */
export async function writeResults(outcome: SoakOutcome): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  const result = resultOf(outcome)
  const title = `${outcome.backend}: latency at ${outcome.perSecond.toFixed(0)} orders a second, half of its capacity`
  await writeFile(join(FOLDER, `soak-${outcome.backend}.json`), `${JSON.stringify(result, rounded, 1)}\n`)
  await writeFile(join(FOLDER, `soak-${outcome.backend}.svg`), drawLatencies(title, result.course))
}

/** Three digits behind the point are enough of anything measured. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toFixed(3)) : value
}
