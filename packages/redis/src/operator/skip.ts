import {
  fencedLane,
  fencePartition,
  laneOfMessage,
  noMessageAt,
  passLane,
  settledAlready,
} from "@millrace/core/backend"

import { change } from "../change.ts"
import type { Log } from "../log.ts"
import { askOne } from "../questions.ts"
import { firstWaiting, messagesByPosition, partitionAt } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"

/** Takes one message out of what a group is handed. */
export async function skip(log: Log, name: string, position: number): Promise<void> {
  await change(log, { names: [name] }, async (work) => {
    const group = work.group(name)
    const message = (await messagesByPosition(log, [position])).get(position)
    if (message === undefined) throw noMessageAt(position)
    if (group.marks.has(position)) return
    const at = partitionAt(log, group, message.streamId)
    const lane = laneOfMessage(at, position, group.order === "stream" ? message.streamId : undefined)
    if (position <= at.checkpoint && lane === undefined) throw settledAlready(name, position)
    noteSkips(work, group, [position], "skipped")
    group.marks.add(position)
    work.news.work = true
    if (position > at.checkpoint) {
      // What holds a group in log order is its first waiting message.
      if ((await askOne(log, firstWaiting(group, at)))?.position === position) at.hold = null
      fencePartition(at)
    }
    if (lane === undefined) return
    if (lane.at.next === position) passLane(at, lane, position, work.now)
    else at.lanes.set(lane.key, fencedLane(lane))
  })
}
