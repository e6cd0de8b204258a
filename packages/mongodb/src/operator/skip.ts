import {
  fencedLane,
  fencePartition,
  laneOfMessage,
  noMessageAt,
  partitionOf,
  passLane,
  type Position,
  settledAlready,
} from "@millrace/core/backend"

import { edit, partitionAt, setLane } from "../group-state.ts"
import type { Log } from "../log.ts"
import { lookAhead } from "../look-ahead.ts"
import { messageAt } from "./message-at.ts"
import { noteSkips } from "./note-skips.ts"

/** Takes one message out of what a group is handed. */
export async function skip(log: Log, name: string, position: Position): Promise<void> {
  const [message, now] = await Promise.all([messageAt(log, position), log.clock.now()])
  await log.groups.change(name, async (draft) => {
    if (message === undefined) throw noMessageAt(position)
    if (draft.marks.has(position)) return
    const byStream = draft.order === "stream"
    const found = partitionAt(draft, byStream ? partitionOf(message.streamId, log.partitions) : 0)
    const lane = laneOfMessage(found, position, byStream ? message.streamId : undefined)
    if (position <= found.checkpoint && lane === undefined) throw settledAlready(name, position)
    noteSkips(draft, [position], { how: "skipped", at: now })
    draft.marks = new Set([...draft.marks, position])
    const at = edit(draft, found.partition)
    if (position > at.checkpoint) {
      const ahead = log.ahead(draft.id)
      await lookAhead(log, [draft])
      // What holds a group in log order is its first waiting message.
      if (ahead.first(draft, at.partition)?.position === position) at.hold = null
      fencePartition(at)
    }
    if (lane === undefined) return
    if (lane.at.next === position) passLane(at, lane, position, now)
    else setLane(at, fencedLane(lane))
  })
  log.news.work()
}
