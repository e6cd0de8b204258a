import Table from "cli-table3"

import type { Missing, PerBackend, Standing, Standings } from "./standing.ts"

const marks: Record<Standing, string> = {
  proven: "proven",
  pure: "pure",
  "n/a": "n/a",
  failing: "FAILING",
  "not-run": "not run",
}

/** Whether a row or lesson is to be shown on a backend. */
type InScope = (id: string, backend: string) => boolean

/** Rows in scope as a table, then the lessons, each by backend. */
export function printStandings({ rows, lessons }: Standings, inScope: InScope, backends: readonly string[]): void {
  printTable("row", rows, inScope, backends)
  printTable("lesson", lessons, inScope, backends)
}

function printTable(
  head: string,
  standings: Readonly<Record<string, PerBackend>>,
  inScope: InScope,
  backends: readonly string[],
): void {
  const table = new Table({ head: [head, ...backends], style: { head: [], border: [], compact: true } })
  for (const [id, perBackend] of Object.entries(standings)) {
    if (!backends.some((backend) => inScope(id, backend))) continue
    table.push([
      id,
      ...backends.map((backend) => (inScope(id, backend) ? marks[perBackend[backend] ?? "not-run"] : "")),
    ])
  }
  console.log(table.toString())
}

export function printMissing(missing: readonly Missing[]): void {
  for (const { id, backend, standing, says } of missing) console.log(`${id} on ${backend}: ${standing}. ${says}`)
}
