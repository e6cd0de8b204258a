import { checkSpan, type Lease } from "@millrace/core/backend"

import { change } from "./change.ts"
import type { Log } from "./log.ts"

/** Lengthens a lease, all of it or nothing, while its token is in force. */
export async function extend(log: Log, lease: Lease, leaseMs: number): Promise<boolean> {
  checkSpan("leaseMs", leaseMs)
  return change(log, { names: [lease.group], partition: lease.partition }, ({ groups: [group], now }) => {
    const at = group?.partitions[0]
    if (at === undefined) return false
    const until = now + leaseMs
    if (lease.of === "partition") {
      if (at.token !== lease.token || at.lease.owner === null) return false
      at.lease = { ...at.lease, until: Math.max(at.lease.until, until) }
      return true
    }
    const lanes = lease.lanes.flatMap(({ key, token }) => {
      const lane = at.lanes.get(key)
      return lane?.token === token && lane.lease.owner !== null ? [lane] : []
    })
    if (lanes.length < lease.lanes.length) return false
    for (const lane of lanes) lane.lease = { ...lane.lease, until: Math.max(lane.lease.until, until) }
    return true
  })
}
