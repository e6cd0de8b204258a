import { PROCESS_TTL_MS, type ProcessInfo } from "@millrace/core/backend"

import type { Connection } from "../connection.ts"
import { int, text } from "../row.ts"
import { countLeases } from "../sql/count-leases.ts"
import { selectProcesses } from "../sql/select-processes.ts"

/** Processes known to the log, live ones first. */
export function listProcesses(db: Connection, now: number): readonly ProcessInfo[] {
  return db
    .all(selectProcesses)
    .map((row): ProcessInfo => {
      const bootId = text(row[1])
      const seenAt = int(row[5])
      return {
        processName: text(row[0]),
        bootId,
        host: text(row[2]),
        pid: int(row[3]),
        startedAt: int(row[4]),
        seenAt,
        live: now - seenAt < PROCESS_TTL_MS,
        leases: int(db.get(countLeases, bootId, now)?.[0]),
      }
    })
    .sort((a, b) => Number(b.live) - Number(a.live) || (a.processName < b.processName ? -1 : 1))
}
