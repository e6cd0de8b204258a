import Table from "cli-table3"

import { type Findings, isSound } from "./findings.ts"
import type { Plan } from "./plan.ts"

/** How many airports the table shows, and how many findings are listed of each kind. */
const AIRPORTS = 8
const LISTED = 10
const BAR = 28

/** The busiest airports: what the data set says, which a sound run has reproduced. */
export function airportTable({ byAirport, runs }: Plan): string {
  const busiest = [...byAirport].toSorted(([, a], [, b]) => b.flights - a.flights).slice(0, AIRPORTS)
  const most = busiest[0]?.[1].flights ?? 1
  const table = new Table({
    head: ["airport", "departures", "", "mean delay", "holds"],
    colAligns: ["left", "right", "left", "right", "right"],
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  })
  for (const [airport, { flights, delay }] of busiest) {
    const bar = "█".repeat(Math.max(1, Math.round((flights / most) * BAR)))
    const holds = runs.filter(({ origin }) => origin === airport).length
    table.push([airport, flights, bar, `${(delay / flights).toFixed(1)} min`, holds])
  }
  return table.toString()
}

/** What was compared, and what differs. */
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
