import { checkLimit, laneInfoAt, type LaneInfo, type LaneQuery, lanesFound, retriedLanes } from "@millrace/core/backend"

import { edit, setLane } from "../group-state.ts"
import type { Log } from "../log.ts"
import { messageAt } from "./message-at.ts"

/** Open lanes by group and key. */
export async function lanes(log: Log, query: LaneQuery = {}): Promise<readonly LaneInfo[]> {
  const { group, limit } = query
  if (limit !== undefined) checkLimit("limit", limit)
  const now = await log.clock.now()
  const groups = await log.groups.fresh(group === undefined ? undefined : [group])
  return Promise.all(
    lanesFound(groups, query).map(async (place) => {
      const { kept, at } = place.lane
      const message = kept ?? (await messageAt(log, at.next))
      return laneInfoAt(place, { messageId: message?.id, now })
    }),
  )
}

/** Makes lanes due at once. One that is being handled right now is fenced: whoever asks for a retry gets a new one. */
export async function retryLanes(log: Log, name: string, keys?: readonly string[]): Promise<number> {
  const now = await log.clock.now()
  const made = await log.groups.change(name, (draft) => {
    let count = 0
    for (const { partition, lanes: open } of draft.partitions) {
      const retried = retriedLanes(open.values(), keys, now)
      if (retried.length === 0) continue
      const at = edit(draft, partition)
      for (const lane of retried) setLane(at, lane)
      count += retried.length
    }
    return count
  })
  if (made > 0) log.news.work()
  return made
}
