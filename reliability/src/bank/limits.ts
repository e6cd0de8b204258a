import type { Limits } from "@millrace/core"

/** Short, so that a short run sees many leases end. */
export const LEASE_MS = 2_000

/** What every process of a run is bounded by. */
export const LIMITS: Partial<Limits> = {
  leaseMs: LEASE_MS,
  sliceBudgetMs: 200,
  pollMs: 300,
  heartbeatMs: 1_000,
  challengeMs: 500,
  drainMs: 10_000,
}
