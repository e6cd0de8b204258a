import { checkSpan, type Lease, toSortable } from "@millrace/core/backend"

import { findGroup } from "./group-rows.ts"
import type { LaneLease } from "./held-lease.ts"
import { lockHeld } from "./held-lease.ts"
import { textList } from "./list.ts"
import { clockOf, type Log } from "./log.ts"
import { extendLanes } from "./sql/extend-lanes.ts"
import { extendPartition } from "./sql/extend-partition.ts"

/** Lengthens a lease, all of it or nothing, while its token is in force. */
export async function extend(log: Log, lease: Lease, leaseMs: number): Promise<boolean> {
  checkSpan("leaseMs", leaseMs)
  const ms = Math.ceil(leaseMs)
  if (lease.of === "lanes") return extendSome(log, lease, ms)
  const values = [toSortable(lease.group), lease.partition, clockOf(log), ms, lease.token] as const
  return (await log.database.write.count(extendPartition, ...values)) === 1
}

async function extendSome(log: Log, lease: LaneLease, ms: number): Promise<boolean> {
  const keys = lease.lanes.map(({ key }) => key)
  return log.database.transaction(async (on) => {
    const group = await findGroup(on, lease.group)
    const held = group === undefined ? undefined : await lockHeld(on, group, lease, keys)
    if (held === undefined || keys.some((key) => held.lanes.get(key)?.lease.owner === null)) return false
    await on.count(extendLanes, held.group.id, textList(keys.map(toSortable)), clockOf(log), ms)
    return true
  })
}
