import type { Connection } from "./connection.ts"
import { int } from "./row.ts"
import { selectAllHeads } from "./sql/select-all-heads.ts"
import { selectHeads } from "./sql/select-heads.ts"

/** Beyond so many unseen positions, one seek for each partition and type is cheaper than reading them. */
const READ_AHEAD = 2_000

/** The highest position of each type in each partition: tells where something may wait without a look at the log. */
export interface Heads {
  /** Catches up with what other processes appended. */
  catchUp(db: Connection, head: number): void
  of(type: number, partition: number): number
  raise(type: number, partition: number, position: number): void
  forget(): void
}

export function createHeads(partitions: () => number): Heads {
  const heads = new Map<number, number[]>()
  let seen: number | undefined
  const raise: Heads["raise"] = (type, partition, position) => {
    let ofType = heads.get(type)
    if (ofType === undefined) {
      ofType = Array.from({ length: partitions() }, () => 0)
      heads.set(type, ofType)
    }
    if ((ofType[partition] ?? 0) < position) ofType[partition] = position
    if (seen === position - 1) seen = position
  }
  return {
    raise,
    catchUp(db, head) {
      if (seen === head) return
      const near = seen !== undefined && head - seen <= READ_AHEAD
      const rows = near ? db.all(selectHeads, seen ?? 0, head) : db.all(selectAllHeads, partitions())
      for (const row of rows) raise(int(row[1]), int(row[0]), int(row[2]))
      seen = head
    },
    of: (type, partition) => heads.get(type)?.[partition] ?? 0,
    forget() {
      heads.clear()
      seen = undefined
    },
  }
}
