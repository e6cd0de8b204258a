import Table from "cli-table3"

import { type Findings, isSound } from "./findings.ts"
import type { AirportFigures } from "./read-totals.ts"

/** How many airports the table shows, and how many findings are listed of each kind. */
const AIRPORTS = 8
const LISTED = 10
const BAR = 28

/** No colours, and no lines between rows. */
const PLAIN = { style: { head: [], border: [], compact: true } }

/** The busiest airports, as their projection has them. */
export function airportTable(totals: ReadonlyMap<string, AirportFigures>): string {
  const busiest = [...totals]
    .toSorted(([aName, a], [bName, b]) => b.departures - a.departures || (aName < bName ? -1 : 1))
    .slice(0, AIRPORTS)
  const most = busiest[0]?.[1].departures ?? 1
  const table = new Table({
    head: ["airport", "departures", "", "mean delay", "holds"],
    colAligns: ["left", "right", "left", "right", "right"],
    ...PLAIN,
  })
  for (const [airport, { departures, delay, holds }] of busiest) {
    if (departures === 0) continue
    const bar = "█".repeat(Math.max(1, Math.round((departures / most) * BAR)))
    table.push([airport, departures, bar, `${(delay / departures).toFixed(1)} min`, holds])
  }
  return table.toString()
}

/** The figures compared. */
export function proofTable({ figures }: Findings): string {
  const table = new Table({
    head: ["proof", "data set", "log", "projections"],
    colAligns: ["left", "right", "right", "right"],
    ...PLAIN,
  })
  for (const { what, dataSet, log, projections } of figures) table.push([what, dataSet, log, projections ?? ""])
  return table.toString()
}

/** What differs, a line each. */
export function findingLines(findings: Findings): readonly string[] {
  const kinds = [
    ["lost", findings.lost],
    ["twice", findings.twice],
    ["out of order", findings.outOfOrder],
    ["differs", findings.differs],
  ] as const
  return kinds.flatMap(([kind, found]) => [
    ...found.slice(0, LISTED).map((one) => `${kind}: ${one}`),
    ...(found.length > LISTED ? [`${kind}: … and ${found.length - LISTED} more`] : []),
  ])
}

export function verdictLine(flights: number, findings: Findings): string {
  const { lost, twice, outOfOrder } = findings
  const counts = `lost ${lost.length} · twice ${twice.length} · out of order ${outOfOrder.length}`
  return `flights ${flights} · ${counts} · matches the data set: ${isSound(findings) ? "yes" : "no"}`
}
