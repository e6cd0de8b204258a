import { BackendError, checkSpan, type Lease } from "@millrace/core/backend"

import { heldBy } from "./adopt.ts"
import { edit, setLane } from "./group-state.ts"
import type { Log } from "./log.ts"

/** Lengthens a lease, all of it or nothing, while its token is in force. */
export async function extend(log: Log, lease: Lease, leaseMs: number): Promise<boolean> {
  checkSpan("leaseMs", leaseMs)
  const until = (await log.clock.now()) + leaseMs
  try {
    return await log.groups.change(lease.group, (draft) => {
      const held = heldBy(draft, lease)
      if (held === undefined) return false
      if (lease.of === "partition") {
        if (held.at.lease.owner === null) return false
        if (held.at.lease.until >= until) return true
        const at = edit(draft, lease.partition)
        at.lease = { ...at.lease, until }
        return true
      }
      if (held.lanes.some((lane) => lane.lease.owner === null)) return false
      const at = edit(draft, lease.partition)
      for (const lane of held.lanes)
        setLane(at, { ...lane, lease: { ...lane.lease, until: Math.max(lane.lease.until, until) } })
      return true
    })
  } catch (error) {
    if (error instanceof BackendError && error.code === "not-found") return false
    throw error
  }
}
