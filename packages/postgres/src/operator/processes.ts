import { PROCESS_TTL_MS, type ProcessInfo, fromSortable } from "@millrace/core/backend"

import { clockOf, type Log } from "../log.ts"
import { int, text } from "../row.ts"
import { selectProcesses } from "../sql/select-processes.ts"

/** Processes known to the log, live ones first. */
export async function processes(log: Log): Promise<readonly ProcessInfo[]> {
  const rows = await log.database.read.rows(selectProcesses, clockOf(log))
  const all = rows.map((row): ProcessInfo => {
    const seenAt = int(row[6])
    return {
      processName: fromSortable(text(row[1])),
      bootId: text(row[2]),
      host: text(row[3]),
      pid: int(row[4]),
      startedAt: int(row[5]),
      seenAt,
      live: int(row[0]) - seenAt < PROCESS_TTL_MS,
      leases: int(row[7]),
    }
  })
  return all.toSorted((a, b) => Number(b.live) - Number(a.live))
}
