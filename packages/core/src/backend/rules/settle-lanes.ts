import type { LaneToken } from "../claim.ts"
import type { LoadedGroup, LoadedLane, LoadedPartition } from "./loaded-group.ts"
import type { LeaseIssuer } from "./settle-partition.ts"
import { settledLane } from "./settled-lane.ts"
import { partsByLane, type SettledPart } from "./settled-parts.ts"

/** Moves the lanes of a lease on, or closes them. Answers those leased on to the same owner. */
export function settleLanes(
  { order }: Pick<LoadedGroup, "order">,
  at: LoadedPartition,
  { lanes, parts }: { readonly lanes: readonly LaneToken[]; readonly parts: readonly SettledPart[] },
  issuer: LeaseIssuer,
): readonly LaneToken[] {
  const byLane = partsByLane(parts, { order, lanes })
  return lanes.flatMap(({ key }) => {
    const lane = at.lanes.get(key)
    return lane === undefined ? [] : settleLane(at, lane, byLane.get(key), issuer)
  })
}

function settleLane(
  at: LoadedPartition,
  lane: LoadedLane,
  part: SettledPart | undefined,
  { now, nextToken }: LeaseIssuer,
): readonly LaneToken[] {
  const settled = settledLane(lane, part, { checkpoint: at.checkpoint, now })
  if (settled.kind === "close") {
    at.lanes.delete(lane.key)
    return []
  }
  const { kept, ...rest } = lane
  const token = settled.leased ? nextToken() : null
  const isPassed = kept === undefined || kept.position < settled.at.next
  at.lanes.set(lane.key, {
    ...rest,
    at: settled.at,
    token,
    lease: settled.lease,
    ...(isPassed ? {} : { kept }),
  })
  return token === null ? [] : [{ key: lane.key, token }]
}
