import { toSortable } from "@millrace/core/backend"

import type { Transaction } from "./database.ts"
import { noSuchGroup } from "./errors.ts"
import { type GroupRow, groupOf } from "./group-rows.ts"
import { clockOf, type Log } from "./log.ts"
import { int } from "./row.ts"
import { lockGroup } from "./sql/lock-group.ts"
import { lockLog } from "./sql/lock-log.ts"
import { selectHead } from "./sql/select-head.ts"

/** The log under its lock: nothing is appended, and no other group changed, until the transaction ends. */
export interface LockedLog {
  readonly on: Transaction
  readonly head: number
  readonly trimmedTo: number
  readonly now: number
}

/** Runs a change under the log's lock: always the first lock of a transaction. */
export async function underLock<T>(log: Log, change: (locked: LockedLog) => Promise<T>): Promise<T> {
  return log.database.transaction(async (on) => {
    await on.rows(lockLog, log.settings.lockTimeoutMs)
    const [row] = await on.rows(selectHead, clockOf(log))
    return change({ on, head: int(row?.[0]), trimmedTo: int(row?.[1]), now: int(row?.[2]) })
  })
}

/** Changes one group under the log's lock and its own. Throws `not-found`. */
export async function changeGroup<T>(
  log: Log,
  name: string,
  change: (locked: LockedLog, group: GroupRow) => Promise<T>,
): Promise<T> {
  return underLock(log, async (locked) => {
    const group = await groupToChange(locked, name)
    if (group === undefined) throw noSuchGroup(name)
    return change(locked, group)
  })
}

/** The group of this name, locked; `undefined` when there is none. */
export async function groupToChange({ on }: LockedLog, name: string): Promise<GroupRow | undefined> {
  const [row] = await on.rows(lockGroup, toSortable(name))
  return row === undefined ? undefined : groupOf(row)
}
