import type { Instant } from "../../message/ids.ts"
import type { Lease } from "../claim.ts"
import { heldLanes, isHeld } from "./held-lease.ts"
import type { LeaseState } from "./lease-state.ts"
import type { LoadedPartition } from "./loaded-group.ts"

/** Lengthens a lease, all of it or nothing, while it is in force. Answers whether it is. */
export function extendLease(at: LoadedPartition, lease: Lease, until: Instant): boolean {
  if (lease.of === "partition") {
    if (!isHeld(at, lease) || at.lease.owner === null) return false
    at.lease = lengthened(at.lease, until)
    return true
  }
  const lanes = heldLanes(at, lease.lanes)
  if (lanes === undefined || lanes.some((lane) => lane.lease.owner === null)) return false
  for (const lane of lanes) at.lanes.set(lane.key, { ...lane, lease: lengthened(lane.lease, until) })
  return true
}

function lengthened(lease: LeaseState, until: Instant): LeaseState {
  return { ...lease, until: Math.max(lease.until, until) }
}
