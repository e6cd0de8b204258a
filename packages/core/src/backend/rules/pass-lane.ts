import type { Instant, Position } from "../../message/ids.ts"
import { fencedLane } from "./fence.ts"
import { laneAfterSettle } from "./lane-after-settle.ts"
import type { LoadedLane, LoadedPartition } from "./loaded-group.ts"

/** Lets a lane go on behind a position, as if everything up to there were done: due at once, or closed when nothing is left for it. */
export function passLane(at: LoadedPartition, lane: LoadedLane, position: Position, now: Instant): void {
  const { checkpoint } = at
  const change = laneAfterSettle({ ...lane.at, single: lane.single }, { doneTo: position }, { checkpoint, now })
  if (change.kind === "close") {
    at.lanes.delete(lane.key)
    return
  }
  const { kept: _, ...free } = fencedLane(lane)
  at.lanes.set(lane.key, { ...free, at: change.lane, lease: { ...free.lease, takeovers: 0 } })
}
