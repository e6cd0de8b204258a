import { BackendError } from "@millrace/core/backend"

import { change } from "../change.ts"
import type { Lane, PartitionState } from "../group-state.ts"
import type { Log } from "../log.ts"
import { askOne } from "../questions.ts"
import { fence } from "../stop-group.ts"
import { firstWaiting, messagesByPosition, partitionAt } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"
import { passLane } from "./pass-lane.ts"

/** Takes one message out of what a group is handed. */
export async function skip(log: Log, name: string, position: number): Promise<void> {
  await change(log, { names: [name] }, async (work) => {
    const group = work.group(name)
    const message = (await messagesByPosition(log, [position])).get(position)
    if (message === undefined) throw new BackendError("not-found", `there is no message at position ${position}`)
    if (group.marks.has(position)) return
    const at = partitionAt(log, group, message.streamId)
    const lane = laneOf(at, group.order === "stream" ? message.streamId : undefined, position)
    if (position <= at.checkpoint && lane === undefined) {
      const what = `group "${name}" has settled position ${position} already`
      throw new BackendError("invalid", `${what}: reset it to handle it again`)
    }
    noteSkips(work, group, [position], "skipped")
    group.marks.add(position)
    work.news.work = true
    if (position > at.checkpoint) {
      // What holds a group in log order is its first waiting message.
      if ((await askOne(log, firstWaiting(group, at)))?.position === position) at.hold = null
      fence(at)
    }
    if (lane === undefined) return
    if (lane.at.next === position) passLane(work, at, lane, position)
    else fence(lane)
  })
}

/** The lane that a message would be handed out by. In key order only a lane that waits at the very position is known to be its. */
function laneOf(at: PartitionState, streamId: string | undefined, position: number): Lane | undefined {
  if (position > at.checkpoint) return undefined
  if (streamId === undefined) return [...at.lanes.values()].find((lane) => lane.at.next === position)
  const lane = at.lanes.get(streamId)
  return lane !== undefined && lane.at.next <= position ? lane : undefined
}
