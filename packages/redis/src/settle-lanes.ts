import { laneAfterSettle, laneProgressed, type LaneToken, type Lease, leaseAfterRelease } from "@millrace/core/backend"

import type { Work } from "./change.ts"
import type { Lane, PartitionState } from "./group-state.ts"
import type { Held, JudgedPart } from "./settle.ts"

/** Moves lanes on, or closes them. A lane without a part is given back as it was. Answers the lanes leased on to the same owner. */
export function settleLanes(
  work: Work,
  { group, at, lanes }: Held,
  lease: Extract<Lease, { readonly of: "lanes" }>,
  judged: readonly JudgedPart[],
): readonly LaneToken[] {
  // A lease in log order has one lane, whatever its worker calls the part.
  const only = group.order === "log" && lease.lanes.length === 1 ? judged[0] : undefined
  const byKey = new Map(judged.map((one) => [one.part.key, one]))
  work.news.work = true
  return lanes.flatMap((lane) => settleLane(work, at, lane, only ?? byKey.get(lane.key)))
}

function settleLane(work: Work, at: PartitionState, lane: Lane, judged: JudgedPart | undefined): readonly LaneToken[] {
  if (judged === undefined) {
    lane.token = null
    lane.lease = leaseAfterRelease(lane.lease, false)
    return []
  }
  if (judged.refused !== undefined) {
    // The settled token names this settlement from now on: what the worker decides next is another one.
    lane.token = work.nextToken()
    return [{ key: lane.key, token: lane.token }]
  }
  const { now } = work
  const change = laneAfterSettle({ ...lane.at, single: lane.single }, judged.part, { checkpoint: at.checkpoint, now })
  if (change.kind === "close") {
    at.lanes.delete(lane.key)
    return []
  }
  const progress = laneProgressed(lane.at, change)
  lane.at = change.lane
  if (lane.kept !== undefined && lane.kept.position < lane.at.next) delete lane.kept
  if (change.leaseMs === undefined) {
    lane.token = null
    lane.lease = leaseAfterRelease(lane.lease, progress)
    return []
  }
  lane.token = work.nextToken()
  lane.lease = { ...lane.lease, until: now + change.leaseMs, takeovers: progress ? 0 : lane.lease.takeovers }
  return [{ key: lane.key, token: lane.token }]
}
