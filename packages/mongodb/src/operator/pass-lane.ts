import { type Instant, laneAfterSettle, type Position } from "@millrace/core/backend"

import { fenced, type Lane, type PartitionState, setLane } from "../group-state.ts"

/** Lets a lane go on behind a position, as if everything up to there were done: due at once, or closed when nothing is left for it. */
export function passLane(at: PartitionState, lane: Lane, position: Position, now: Instant): void {
  const { kept: _, ...free } = fenced(lane)
  const change = laneAfterSettle(
    { ...lane.at, single: lane.single },
    { doneTo: position },
    { checkpoint: at.checkpoint, now },
  )
  if (change.kind === "close") at.lanes.delete(lane.key)
  else setLane(at, { ...free, at: change.lane, lease: { ...free.lease, takeovers: 0 } })
}
