import { checkLimit, type LaneInfo, laneInfoAt, type LaneQuery, lanesFound } from "@millrace/core/backend"

import { load } from "../change.ts"
import type { Log } from "../log.ts"
import { messagesByPosition } from "../waiting.ts"

/** Open lanes by group and key. */
export async function lanes(log: Log, query: LaneQuery = {}): Promise<readonly LaneInfo[]> {
  const { group, limit } = query
  if (limit !== undefined) checkLimit("limit", limit)
  const { read } = await load(log, group === undefined ? {} : { names: [group] })
  const some = lanesFound(group === undefined ? read.groups : [read.group(group)], query)
  const found = await messagesByPosition(
    log,
    some.filter(({ lane }) => lane.kept === undefined).map(({ lane }) => lane.at.next),
  )
  return some.map((place) => laneInfoAt(place, { messageId: found.get(place.lane.at.next)?.id, now: read.now }))
}
