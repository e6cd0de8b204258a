import { BackendError, checkSpan, extendLease, isHeld, type Lease } from "@millrace/core/backend"

import { edit } from "./group-state.ts"
import type { Log } from "./log.ts"

/** Lengthens a lease, all of it or nothing, while its token is in force. */
export async function extend(log: Log, lease: Lease, leaseMs: number): Promise<boolean> {
  checkSpan("leaseMs", leaseMs)
  const until = (await log.clock.now()) + leaseMs
  try {
    return await log.groups.change(lease.group, (draft) => {
      const at = draft.partitions[lease.partition]
      if (at === undefined || !isHeld(at, lease)) return false
      if (lease.of === "partition" && at.lease.owner !== null && at.lease.until >= until) return true
      return extendLease(edit(draft, lease.partition), lease, until)
    })
  } catch (error) {
    if (error instanceof BackendError && error.code === "not-found") return false
    throw error
  }
}
