import { laneAfterSettle, type Position } from "@millrace/core/backend"

import type { Work } from "../change.ts"
import type { Lane, PartitionState } from "../group-state.ts"
import { fence } from "../stop-group.ts"

/** Lets a lane go on behind a position, as if everything up to there were done: due at once, or closed when nothing is left for it. */
export function passLane({ now, news }: Work, at: PartitionState, lane: Lane, position: Position): void {
  fence(lane)
  news.work = true
  const change = laneAfterSettle(
    { ...lane.at, single: lane.single },
    { doneTo: position },
    { checkpoint: at.checkpoint, now },
  )
  if (change.kind === "close") {
    at.lanes.delete(lane.key)
    return
  }
  lane.at = change.lane
  lane.lease = { ...lane.lease, takeovers: 0 }
  delete lane.kept
}
