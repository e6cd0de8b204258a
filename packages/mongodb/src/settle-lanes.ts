import {
  type Instant,
  laneAfterSettle,
  laneProgressed,
  type LaneToken,
  leaseAfterRelease,
} from "@millrace/core/backend"

import { type GroupState, type Lane, nextToken, type PartitionState, setLane } from "./group-state.ts"
import type { RecordedPart, SettleRecord } from "./settle-record.ts"

/** Moves lanes on, or closes them. A lane without a part is given back as it was. Answers the lanes leased on to the same owner. */
export function settleLanes(
  group: GroupState,
  at: PartitionState,
  {
    record,
    lanes,
    now,
  }: { readonly record: SettleRecord; readonly lanes: readonly LaneToken[]; readonly now: Instant },
): readonly LaneToken[] {
  // A lease in log order has one lane, whatever its worker calls the part.
  const only = group.order === "log" && lanes.length === 1 ? record.parts[0] : undefined
  const byKey = new Map(record.parts.map((part) => [part.key, part]))
  return lanes.flatMap(({ key }) => {
    const lane = at.lanes.get(key)
    return lane === undefined ? [] : settleLane(group, at, { lane, part: only ?? byKey.get(key), now })
  })
}

function settleLane(
  group: GroupState,
  at: PartitionState,
  { lane, part, now }: { readonly lane: Lane; readonly part: RecordedPart | undefined; readonly now: Instant },
): readonly LaneToken[] {
  if (part === undefined) {
    setLane(at, { ...lane, token: null, lease: leaseAfterRelease(lane.lease, false) })
    return []
  }
  if (part.verdict.kind !== "stored") {
    // The settled token names this settlement from now on: what the worker decides next is another one.
    const token = nextToken(group)
    setLane(at, { ...lane, token })
    return [{ key: lane.key, token }]
  }
  const change = laneAfterSettle({ ...lane.at, single: lane.single }, part, { checkpoint: at.checkpoint, now })
  if (change.kind === "close") {
    at.lanes.delete(lane.key)
    return []
  }
  const progress = laneProgressed(lane.at, change)
  const { kept, ...rest } = lane
  const moved: Lane = {
    ...rest,
    at: change.lane,
    ...(kept === undefined || kept.position < change.lane.next ? {} : { kept }),
  }
  if (change.leaseMs === undefined) {
    setLane(at, { ...moved, token: null, lease: leaseAfterRelease(lane.lease, progress) })
    return []
  }
  const token = nextToken(group)
  const takeovers = progress ? 0 : lane.lease.takeovers
  setLane(at, { ...moved, token, lease: { ...lane.lease, until: now + change.leaseMs, takeovers } })
  return [{ key: lane.key, token }]
}
