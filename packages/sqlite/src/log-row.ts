import { type Connection } from "./connection.ts"
import { int } from "./row.ts"
import { selectLog } from "./sql/select-log.ts"
import { updateLog } from "./sql/update-log.ts"

/** The log's one row: where it stands, and counters by which a process sees that what it remembers is out of date. */
export interface LogRow {
  head: number
  trimmedTo: number
  recordedAt: number
  /** The last fencing token given out, of all groups. */
  token: number
  /** The number of the last schedule made. */
  schedule: number
  groupSeq: number
  workSeq: number
  wakeSeq: number
  scheduleSeq: number
  challengeSeq: number
}

/** Reads the row as this connection sees it now. */
export function readLogRow(db: Connection): LogRow {
  const row = db.get(selectLog) ?? []
  return {
    head: int(row[0]),
    trimmedTo: int(row[1]),
    recordedAt: int(row[2]),
    token: int(row[3]),
    schedule: int(row[4]),
    groupSeq: int(row[5]),
    workSeq: int(row[6]),
    wakeSeq: int(row[7]),
    scheduleSeq: int(row[8]),
    challengeSeq: int(row[9]),
  }
}

/** Whether nothing at all has happened between two looks at the log. */
export function sameLog(a: LogRow, b: LogRow): boolean {
  return (
    a.head === b.head &&
    a.trimmedTo === b.trimmedTo &&
    a.groupSeq === b.groupSeq &&
    a.workSeq === b.workSeq &&
    a.wakeSeq === b.wakeSeq &&
    a.schedule === b.schedule &&
    a.scheduleSeq === b.scheduleSeq &&
    a.challengeSeq === b.challengeSeq &&
    a.token === b.token &&
    a.recordedAt === b.recordedAt
  )
}

/** Writes the row, if it has changed since it was read. */
export function writeLogRow(db: Connection, before: LogRow, now: LogRow): void {
  if (sameLog(before, now)) return
  db.run(
    updateLog,
    now.head,
    now.trimmedTo,
    now.recordedAt,
    now.token,
    now.schedule,
    now.groupSeq,
    now.workSeq,
    now.wakeSeq,
    now.scheduleSeq,
    now.challengeSeq,
  )
}
