import type { Lease } from "../claim.ts"

/**
 * What a settlement is remembered under, per partition, to recognise its repetition: tokens are never used twice in a partition. A settle
 * that stored nothing (a log-ordered group's, a fenced one) is not remembered: its lease may still be settled.
 */
export function leaseKey(lease: Lease): string {
  if (lease.of === "partition") return `p${lease.token}`
  const tokens = lease.lanes.map((lane) => lane.token).sort((a, b) => a - b)
  return `l${tokens.join(",")}`
}
