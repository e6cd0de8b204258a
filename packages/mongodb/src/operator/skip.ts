import { BackendError, partitionOf, type Position } from "@millrace/core/backend"

import { edit, fenced, fencePartition, type Lane, partitionAt, type PartitionState, setLane } from "../group-state.ts"
import type { Log } from "../log.ts"
import { lookAhead } from "../look-ahead.ts"
import { messageAt } from "./message-at.ts"
import { noteSkips } from "./note-skips.ts"
import { passLane } from "./pass-lane.ts"

/** Takes one message out of what a group is handed. */
export async function skip(log: Log, name: string, position: Position): Promise<void> {
  const [message, now] = await Promise.all([messageAt(log, position), log.clock.now()])
  await log.groups.change(name, async (draft) => {
    if (message === undefined) throw new BackendError("not-found", `there is no message at position ${position}`)
    if (draft.marks.has(position)) return
    const byStream = draft.order === "stream"
    const found = partitionAt(draft, byStream ? partitionOf(message.streamId, log.partitions) : 0)
    const lane = laneOf(found, byStream ? message.streamId : undefined, position)
    if (position <= found.checkpoint && lane === undefined)
      throw new BackendError(
        "invalid",
        `group "${name}" has settled position ${position} already: reset it to handle it again`,
      )
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
    else setLane(at, fenced(lane))
  })
  log.news.work()
}

/** The lane that a message would be handed out by. In key order only a lane that waits at the very position is known to be its. */
function laneOf(at: PartitionState, streamId: string | undefined, position: Position): Lane | undefined {
  if (position > at.checkpoint) return undefined
  if (streamId === undefined) return [...at.lanes.values()].find((lane) => lane.at.next === position)
  const lane = at.lanes.get(streamId)
  return lane !== undefined && lane.at.next <= position ? lane : undefined
}
