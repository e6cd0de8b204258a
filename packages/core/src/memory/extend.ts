import type { Lease } from "../backend/claim.ts"
import { checkSpan } from "../backend/rules/check-arguments.ts"
import { extendLease } from "../backend/rules/extend-lease.ts"
import type { LogState } from "./log-state.ts"

/** Lengthens a lease, all of it or nothing, while its token is in force. */
export function extend(log: LogState, lease: Lease, leaseMs: number): boolean {
  checkSpan("leaseMs", leaseMs)
  const at = log.groups.get(lease.group)?.partitions[lease.partition]
  return at !== undefined && extendLease(at, lease, log.clock.now() + leaseMs)
}
