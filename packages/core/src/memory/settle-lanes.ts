import type { LaneToken, Lease } from "../backend/claim.ts"
import { laneAfterSettle, laneProgressed } from "../backend/rules/lane-after-settle.ts"
import { leaseAfterRelease } from "../backend/rules/lease-state.ts"
import { nextToken } from "./find-group.ts"
import type { Lane, PartitionState } from "./group-state.ts"
import type { JudgedPart } from "./judge-parts.ts"
import type { LogState } from "./log-state.ts"
import type { Held } from "./settle.ts"

/** Moves lanes on, or closes them. A lane without a part is given back as it was. Answers the lanes leased on to the same owner. */
export function settleLanes(
  log: LogState,
  { group, at, lanes }: Held,
  lease: Extract<Lease, { readonly of: "lanes" }>,
  judged: readonly JudgedPart[],
): readonly LaneToken[] {
  // A lease in log order has one lane, whatever its worker calls the part.
  const only = group.order === "log" && lease.lanes.length === 1 ? judged[0] : undefined
  const byKey = new Map(judged.map((one) => [one.part.key, one]))
  return lanes.flatMap((lane) => settleLane(log, at, lane, only ?? byKey.get(lane.key)))
}

function settleLane(
  log: LogState,
  at: PartitionState,
  lane: Lane,
  judged: JudgedPart | undefined,
): readonly LaneToken[] {
  if (judged === undefined) {
    lane.token = null
    lane.lease = leaseAfterRelease(lane.lease, false)
    return []
  }
  if (judged.refused !== undefined) {
    // The settled token names this settlement from now on: what the worker decides next is another one.
    lane.token = nextToken(log)
    return [{ key: lane.key, token: lane.token }]
  }
  const now = log.clock.now()
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
  lane.token = nextToken(log)
  lane.lease = { ...lane.lease, until: now + change.leaseMs, takeovers: progress ? 0 : lane.lease.takeovers }
  return [{ key: lane.key, token: lane.token }]
}
