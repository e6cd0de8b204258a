import { BackendError, checkPosition, type Settlement } from "@millrace/core/backend"

import type { Held } from "./held-lease.ts"
import { findLane } from "./lane-row.ts"
import type { Writing } from "./transaction.ts"
import type { SqliteTx } from "./tx.ts"

/** Throws `invalid` for a settlement that no slice could have led to. */
export function checkSettlement(
  { db }: Writing,
  { group, partition, lanes }: Held,
  settlement: Settlement<SqliteTx>,
): void {
  const { checkpoint, parts, hold } = settlement
  if (new Set(parts.map(({ key }) => key)).size < parts.length) {
    throw invalid("two parts have one key: merge what belongs to one stream")
  }
  if (hold !== undefined && group.order !== "log") throw invalid("only a group in log order is held: defer the part")
  for (const { deferral } of parts) if (deferral !== undefined) checkPosition("deferral position", deferral.position)
  if (lanes !== undefined) {
    const foreign = parts.find(({ key }) => !lanes.has(key) && group.order !== "log")
    if (foreign !== undefined) throw invalid(`part ${foreign.key} is of no lane of the lease`)
    return
  }
  if (checkpoint === undefined) throw invalid("a partition's settle needs its checkpoint")
  checkPosition("checkpoint", checkpoint)
  if (checkpoint < partition.checkpoint)
    throw invalid(`checkpoint ${checkpoint} is below ${partition.checkpoint}: reset the group`)
  const misfit = parts.find(
    ({ deferral }) => deferral !== undefined && (deferral.single === true) !== (group.order === "log"),
  )
  if (misfit !== undefined) throw invalid("a deferral is `single` in log order, and only there")
  if (partition.lanes === 0 || group.order === "log") return
  const taken = parts.find(({ key }) => findLane(db, group, key) !== undefined)
  if (taken !== undefined) throw invalid(`${taken.key} has an open lane: leave its messages to it and name the first`)
}

function invalid(message: string): BackendError {
  return new BackendError("invalid", message)
}
