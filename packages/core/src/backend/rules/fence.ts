import { leaseAfterRelease } from "./lease-state.ts"
import type { LoadedLane, LoadedPartition } from "./loaded-group.ts"

/** Ends whatever lease a partition has, so that its settle is fenced. */
export function fencePartition(at: Pick<LoadedPartition, "token" | "lease">): void {
  at.token = null
  at.lease = leaseAfterRelease(at.lease, false)
}

/** A lane without its lease: its settle is fenced. */
export function fencedLane(lane: LoadedLane): LoadedLane {
  return { ...lane, token: null, lease: leaseAfterRelease(lane.lease, false) }
}

/** Ends all leases of some partitions and their lanes. */
export function fenceAll(partitions: readonly LoadedPartition[]): void {
  for (const at of partitions) {
    fencePartition(at)
    for (const lane of at.lanes.values()) at.lanes.set(lane.key, fencedLane(lane))
  }
}
