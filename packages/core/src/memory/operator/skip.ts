import { BackendError } from "../../backend/errors.ts"
import { fence, findGroup } from "../find-group.ts"
import type { Lane, PartitionState } from "../group-state.ts"
import { type LogState, messageAt } from "../log-state.ts"
import { firstWaiting, partitionAt } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"
import { passLane } from "./pass-lane.ts"

/** Takes one message out of what a group is handed. */
export function skip(log: LogState, name: string, position: number): void {
  const group = findGroup(log, name)
  const message = messageAt(log, position)
  if (message === undefined) throw new BackendError("not-found", `there is no message at position ${position}`)
  if (group.marks.has(position)) return
  const at = partitionAt(log, group, message.streamId)
  const lane = laneOf(at, group.order === "stream" ? message.streamId : undefined, position)
  if (position <= at.checkpoint && lane === undefined)
    throw new BackendError(
      "invalid",
      `group "${name}" has settled position ${position} already: reset it to handle it again`,
    )
  noteSkips(log, group, [position], "skipped")
  group.marks = new Set([...group.marks, position])
  log.news.work = true
  if (position > at.checkpoint) {
    // What holds a group in log order is its first waiting message.
    if (firstWaiting(log, group, at)?.position === position) at.hold = null
    fence(at)
  }
  if (lane === undefined) return
  if (lane.at.next === position) passLane(log, at, lane, position)
  else fence(lane)
}

/** The lane that a message would be handed out by. In key order only a lane that waits at the very position is known to be its. */
function laneOf(at: PartitionState, streamId: string | undefined, position: number): Lane | undefined {
  if (position > at.checkpoint) return undefined
  if (streamId === undefined) return [...at.lanes.values()].find((lane) => lane.at.next === position)
  const lane = at.lanes.get(streamId)
  return lane !== undefined && lane.at.next <= position ? lane : undefined
}
