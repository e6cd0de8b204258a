import type { Instant } from "../../message/ids.ts"
import type { ClaimRequest, PartitionSlice } from "../claim.ts"
import { leasePartition } from "../rules/lease-slice.ts"
import { takeoversOf } from "../rules/lease-state.ts"
import { scanSlice } from "../rules/slice-scan.ts"
import type { Candidate } from "./candidates.ts"
import { nextToken } from "./find-group.ts"
import { headOf, type LogState, messageAt } from "./log-state.ts"
import { touchPartition } from "./touched.ts"
import { wantedAbove } from "./waiting.ts"

/** Leases a partition and reads its next messages. */
export function partitionSlice(
  log: LogState,
  { group, at, want }: Candidate,
  request: ClaimRequest,
  now: Instant,
): PartitionSlice {
  const limit = takeoversOf(at.lease) > 0 ? 1 : want.limit
  const scan = scanSlice(group, at, { head: headOf(log), limit, types: want.types })
  for (const wanted of wantedAbove(log, group, at.partition, at.checkpoint))
    if (!scan.take(wanted, messageAt(log, wanted.position))) break
  touchPartition(log, group, at)
  return { ...leasePartition(group, at, request, { now, nextToken: () => nextToken(log) }), ...scan.found() }
}
