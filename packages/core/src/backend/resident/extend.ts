import type { Lease } from "../claim.ts"
import { checkSpan } from "../rules/check-arguments.ts"
import { extendLease } from "../rules/extend-lease.ts"
import type { LogState } from "./log-state.ts"
import { touchPartition } from "./touched.ts"

/** Lengthens a lease, all of it or nothing, while its token is in force. */
export function extend(log: LogState, lease: Lease, leaseMs: number): boolean {
  checkSpan("leaseMs", leaseMs)
  const group = log.groups.get(lease.group)
  const at = group?.partitions[lease.partition]
  if (group === undefined || at === undefined) return false
  const extended = extendLease(at, lease, log.clock.now() + leaseMs)
  if (extended) touchPartition(log, group, at)
  return extended
}
