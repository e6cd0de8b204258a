import type { Instant } from "../../message/ids.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { GroupState } from "./group-state.ts"
import { type LogState, messageAt } from "./log-state.ts"
import { type Waiting, wantedAbove, wantedOfLane } from "./waiting.ts"

/** When the oldest message was recorded that a group wants and has not settled; `undefined` when there is none. */
export function waitingSince(log: LogState, group: GroupState): Instant | undefined {
  const recorded: Instant[] = []
  for (const at of group.partitions) {
    const ahead = firstUnmarked(group, wantedAbove(log, group, at.partition, at.checkpoint))
    if (ahead !== undefined) recorded.push(recordedAt(log, ahead.position))
    for (const lane of at.lanes.values()) {
      if (group.order !== "stream") {
        const found = lane.kept ?? firstFrom(log, lane.at.next)
        if (found !== undefined) recorded.push(Date.parse(found.recordedAt))
        continue
      }
      const first = firstUnmarked(group, wantedOfLane(log, group, at, lane))
      if (first === undefined) continue
      recorded.push(
        first.position === lane.kept?.position ? Date.parse(lane.kept.recordedAt) : recordedAt(log, first.position),
      )
    }
  }
  return recorded.length === 0 ? undefined : Math.min(...recorded)
}

function firstUnmarked(group: GroupState, waiting: Iterable<Waiting>): Waiting | undefined {
  for (const one of waiting) if (!group.marks.has(one.position)) return one
  return undefined
}

/** The first message at a position or above. */
function firstFrom(log: LogState, position: number): StoredMessage | undefined {
  for (let at = Math.max(position - log.trimmedTo - 1, 0); at < log.entries.length; at += 1)
    if (log.entries[at] !== undefined) return log.entries[at]
  return undefined
}

function recordedAt(log: LogState, position: number): Instant {
  return Date.parse(messageAt(log, position)?.recordedAt ?? "")
}
