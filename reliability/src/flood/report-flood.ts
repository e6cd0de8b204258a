import Table from "cli-table3"

import type { FloodOutcome } from "./flood.ts"

const MIB = 1_024 * 1_024
const MOST_TOLD = 20

/** A flood as people read it, line by line. */
export function reportFlood(outcome: FloodOutcome): readonly string[] {
  const { findings, failure } = outcome
  const table = new Table({ style: { head: [], border: [], compact: true } })
  const mib = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`
  table.push(
    ["storage", `${outcome.storage} (${outcome.settings})`],
    ["writes", `${outcome.writes}, ${outcome.perTurn} in a turn of the event loop, none awaited (${outcome.whenFull})`],
    ["acknowledged", String(outcome.acknowledged)],
    ["refused as overloaded", String(outcome.refused)],
    ["failed", String(outcome.failed)],
    ["stored", String(outcome.stored)],
    ["peak of resident memory", `${mib(outcome.peakBytes)} (before the flood ${mib(outcome.beforeBytes)})`],
    ["time", `${(outcome.wallMs / 1_000).toFixed(1)} s, of the process's CPU ${(outcome.cpuMs / 1_000).toFixed(1)} s`],
  )
  return [
    table.toString(),
    ...(failure === undefined ? [] : [`the first failure: ${failure}`]),
    ...findings.slice(0, MOST_TOLD).map(({ kind, says }) => `${kind}: ${says}`),
    findings.length === 0
      ? "what was acknowledged is stored, once and in order, and nothing else"
      : `${findings.length} findings`,
  ]
}
