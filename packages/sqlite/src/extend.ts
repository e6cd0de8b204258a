import { checkSpan, type Lease } from "@millrace/core/backend"

import { findGroup, findPartition, savePartition } from "./group-model.ts"
import { heldLanes } from "./held-lease.ts"
import { saveLane } from "./lane-row.ts"
import type { Memo } from "./memo.ts"
import type { Writing } from "./transaction.ts"

/** Lengthens a lease, all of it or nothing, while its tokens are in force. */
export function extend(writing: Writing, lease: Lease, leaseMs: number, memo: Memo): boolean {
  checkSpan("leaseMs", leaseMs)
  const { db, log, now } = writing
  const group = findGroup(db, memo, lease.group)
  if (group === undefined) return false
  const until = Math.ceil(now + leaseMs)
  if (lease.of === "partition") {
    const partition = findPartition(group, lease.partition)
    if (partition === undefined || partition.token !== lease.token || partition.lease.owner === null) return false
    partition.lease = { ...partition.lease, until: Math.max(partition.lease.until, until) }
    savePartition(db, group, partition)
  } else {
    const lanes = heldLanes(writing, group, lease.lanes)
    if (lanes === undefined || [...lanes.values()].some((lane) => lane.lease.owner === null)) return false
    for (const lane of lanes.values()) {
      saveLane(db, group, { ...lane, lease: { ...lane.lease, until: Math.max(lane.lease.until, until) } })
    }
  }
  log.workSeq += 1
  return true
}
