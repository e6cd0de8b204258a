import { fencedLane, fencePartition } from "../../rules/fence.ts"
import { laneOfMessage } from "../../rules/lane-of-message.ts"
import { noMessageAt, settledAlready } from "../../rules/operator-errors.ts"
import { passLane } from "../../rules/pass-lane.ts"
import { findGroup } from "../find-group.ts"
import { type LogState, messageAt } from "../log-state.ts"
import { touchGroup, touchPartition } from "../touched.ts"
import { firstWaiting, partitionAt } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"

/** Takes one message out of what a group is handed. */
export function skip(log: LogState, name: string, position: number): void {
  const group = findGroup(log, name)
  const message = messageAt(log, position)
  if (message === undefined) throw noMessageAt(position)
  if (group.marks.has(position)) return
  const at = partitionAt(log, group, message.streamId)
  const lane = laneOfMessage(at, position, group.order === "stream" ? message.streamId : undefined)
  if (position <= at.checkpoint && lane === undefined) throw settledAlready(name, position)
  noteSkips(log, group, [position], "skipped")
  group.marks = new Set([...group.marks, position])
  touchGroup(log, group)
  touchPartition(log, group, at)
  log.news.work = true
  if (position > at.checkpoint) {
    // What holds a group in log order is its first waiting message.
    if (firstWaiting(log, group, at)?.position === position) at.hold = null
    fencePartition(at)
  }
  if (lane === undefined) return
  if (lane.at.next === position) passLane(at, lane, position, log.clock.now())
  else at.lanes.set(lane.key, fencedLane(lane))
}
