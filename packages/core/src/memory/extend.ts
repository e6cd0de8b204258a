import type { Lease } from "../backend/claim.ts"
import { checkSpan } from "../backend/rules/check-arguments.ts"
import type { LogState } from "./log-state.ts"

/** Lengthens a lease, all of it or nothing, while its token is in force. */
export function extend(log: LogState, lease: Lease, leaseMs: number): boolean {
  checkSpan("leaseMs", leaseMs)
  const until = log.clock.now() + leaseMs
  const at = log.groups.get(lease.group)?.partitions[lease.partition]
  if (at === undefined) return false
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
}
