import type { LogState } from "./log-state.ts"
import { logRow, rowOf } from "./row-of.ts"
import type { LogRow, RowChange, Table } from "./rows.ts"

/** The tables whose rows are noted when they change. */
const NOTED = [
  "messages",
  "streams",
  "keys",
  "documents",
  "schedules",
  "groups",
  "partitions",
  "processes",
] as const satisfies readonly Table[]

/** What the write that has just run changed. */
export function takeChanges(log: LogState): readonly RowChange[] {
  const { touched } = log
  if (touched === undefined) return []
  const changes: RowChange[] = []
  for (const table of NOTED) for (const key of touched[table]) changes.push(rowOf(log, table, key))
  const row = logRow(log)
  if (log.kept === undefined || !isSame(row, log.kept)) changes.push(["log", "log", row])
  log.kept = row
  return changes
}

function isSame(row: LogRow, kept: LogRow): boolean {
  return (
    row.head === kept.head &&
    row.trimmedTo === kept.trimmedTo &&
    row.recordedAt === kept.recordedAt &&
    row.tokens === kept.tokens &&
    row.schedulesMade === kept.schedulesMade
  )
}
