import type { Position } from "../../message/ids.ts"
import type { ClaimRequest, LaneSlice, LaneToken, PartitionSlice } from "../claim.ts"
import { leaseAfterClaim, takeoversOf } from "./lease-state.ts"
import type { LoadedGroup, LoadedLane, LoadedPartition } from "./loaded-group.ts"
import type { LeaseIssuer } from "./settle-partition.ts"

type Claimant = Pick<ClaimRequest, "owner" | "leaseMs">

/** Leases a partition. Answers its slice but for what was read for it. */
export function leasePartition(
  { name, order, reemit, epoch }: LoadedGroup,
  at: LoadedPartition,
  { owner, leaseMs }: Claimant,
  { now, nextToken }: LeaseIssuer,
): Omit<PartitionSlice, "messages" | "skipped" | "scannedTo"> {
  const token = nextToken()
  at.lease = leaseAfterClaim(at.lease, { owner, now, leaseMs })
  at.leaseMs = leaseMs
  at.token = token
  return {
    kind: "slice",
    source: "partition",
    group: name,
    lease: { of: "partition", group: name, partition: at.partition, token },
    takeovers: at.lease.takeovers,
    reemit,
    epoch,
    from: at.checkpoint,
    openLanes: order === "key" ? [...at.lanes.keys()] : [],
    ...(order === "key" && at.rows.size > 0
      ? { replayRows: [...at.rows].map(([key, replay]) => ({ key, replay })) }
      : {}),
  }
}

/** A lane of a slice, and up to where its messages were looked for. */
export interface ScannedLane {
  readonly lane: LoadedLane
  readonly scannedTo: Position
}

/** Leases lanes of one partition, the neediest first. Answers their slice but for its messages. */
export function leaseLanes(
  { name, reemit, epoch }: LoadedGroup,
  at: LoadedPartition,
  scanned: readonly ScannedLane[],
  { owner, leaseMs, now, nextToken }: Claimant & LeaseIssuer,
): Omit<LaneSlice, "messages"> {
  const [first] = scanned
  const lanes = scanned.map(({ lane }): LaneToken => {
    const token = nextToken()
    at.lanes.set(lane.key, { ...lane, token, lease: leaseAfterClaim(lane.lease, { owner, now, leaseMs }) })
    return { key: lane.key, token }
  })
  at.leaseMs = leaseMs
  return {
    kind: "slice",
    source: "lanes",
    group: name,
    lease: { of: "lanes", group: name, partition: at.partition, lanes },
    takeovers: first === undefined ? 0 : takeoversOf(first.lane.lease),
    reemit,
    epoch,
    lanes: scanned.map(({ lane, scannedTo }) => ({ key: lane.key, next: lane.at.next, scannedTo })),
  }
}
