import type { LaneInfo, LaneQuery } from "../../operator.ts"
import { checkLimit } from "../../rules/check-arguments.ts"
import { laneInfoAt, lanesFound } from "../../rules/lane-info.ts"
import { findGroup } from "../find-group.ts"
import { type LogState, messageAt } from "../log-state.ts"

/** Open lanes by group and key. */
export function lanes(log: LogState, query: LaneQuery = {}): readonly LaneInfo[] {
  if (query.limit !== undefined) checkLimit("limit", query.limit)
  const groups = query.group === undefined ? [...log.groups.values()] : [findGroup(log, query.group)]
  const now = log.clock.now()
  return lanesFound(groups, query).map((place) =>
    laneInfoAt(place, { messageId: messageAt(log, place.lane.at.next)?.id, now }),
  )
}
