import { BackendError, checkPosition, type Settlement } from "@millrace/core/backend"

import type { Held } from "./held-lease.ts"
import type { PostgresTx } from "./tx.ts"

/** Throws `invalid` for a settlement that no slice could have led to. */
export function checkSettlement({ group, at, lanes }: Held, settlement: Settlement<PostgresTx>): void {
  const { checkpoint, parts, hold, lease } = settlement
  if (new Set(parts.map(({ key }) => key)).size < parts.length)
    throw invalid("two parts have one key: merge what belongs to one stream")
  if (hold !== undefined && group.order !== "log") throw invalid("only a group in log order is held: defer the part")
  for (const { deferral } of parts) if (deferral !== undefined) checkPosition("deferral position", deferral.position)
  if (lease.of === "lanes") {
    const held = new Set(lease.lanes.map(({ key }) => key))
    const foreign = parts.find(({ key }) => !held.has(key) && group.order !== "log")
    if (foreign !== undefined) throw invalid(`part ${foreign.key} is of no lane of the lease`)
    return
  }
  if (checkpoint === undefined) throw invalid("a partition's settle needs its checkpoint")
  checkPosition("checkpoint", checkpoint)
  if (checkpoint < at.checkpoint) throw invalid(`checkpoint ${checkpoint} is below ${at.checkpoint}: reset the group`)
  const misfit = parts.find(
    ({ deferral }) => deferral !== undefined && (deferral.single === true) !== (group.order === "log"),
  )
  if (misfit !== undefined) throw invalid("a deferral is `single` in log order, and only there")
  const taken = parts.find(({ key }) => group.order !== "log" && lanes.has(key))
  if (taken !== undefined) throw invalid(`${taken.key} has an open lane: leave its messages to it and name the first`)
}

function invalid(message: string): BackendError {
  return new BackendError("invalid", message)
}
