import { laneAfterSettle } from "../../backend/rules/lane-after-settle.ts"
import type { Position } from "../../message/ids.ts"
import { fence } from "../find-group.ts"
import type { Lane, PartitionState } from "../group-state.ts"
import type { LogState } from "../log-state.ts"

/** Lets a lane go on behind a position, as if everything up to there were done: due at once, or closed when nothing is left for it. */
export function passLane(log: LogState, at: PartitionState, lane: Lane, position: Position): void {
  fence(lane)
  log.news.work = true
  const now = log.clock.now()
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
