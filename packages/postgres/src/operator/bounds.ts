import type { Position } from "@millrace/core/backend"

import type { LockedLog } from "../change-group.ts"
import { groupOf, type GroupRow } from "../group-rows.ts"
import { keptMessage, laneOf, type LaneRow } from "../lane-rows.ts"
import { lanesAhead } from "../lanes-ahead.ts"
import type { Log } from "../log.ts"
import { int, intOrNull, text } from "../row.ts"
import { selectBounds } from "../sql/select-bounds.ts"
import { selectGroupTypes } from "../sql/select-group-types.ts"
import { selectKeepingLanes } from "../sql/select-keeping-lanes.ts"

/** How far a group has settled everything it wants. */
export interface Bound {
  readonly group: GroupRow
  readonly settledTo: Position
}

export async function boundsOf(log: Log, locked: LockedLog): Promise<readonly Bound[]> {
  const rows = await locked.on.rows(selectBounds)
  const bounds: Bound[] = []
  for (const row of rows) {
    const group = groupOf(row)
    const waiting = [intOrNull(row[9]), intOrNull(row[10]), ...(await behindKept(log, locked, group))]
    const settledTo = Math.min(...waiting.map((position) => (position ?? Number.POSITIVE_INFINITY) - 1))
    bounds.push({ group, settledTo })
  }
  return bounds
}

/** What waits behind the messages that lanes keep themselves: those need no place in the log. */
async function behindKept(log: Log, { on }: LockedLog, group: GroupRow): Promise<readonly Position[]> {
  const keeping = (await on.rows(selectKeepingLanes, group.id)).map((row) => ({
    lane: laneOf(row.slice(1)),
    checkpoint: int(row[0]),
  }))
  if (keeping.length === 0) return []
  const types = new Map((await on.rows(selectGroupTypes, group.id)).map((row) => [text(row[0]), int(row[1])]))
  const behind: Position[] = []
  for (const { lane, checkpoint } of keeping) {
    const at = { partition: lane.partition, checkpoint }
    const how = { group: { row: group, types }, at, lanes: [lane], partitions: log.partitions, limit: 1 }
    const ahead = (await lanesAhead(on, how)).get(lane.key) ?? []
    const next = ahead.find(({ position }) => position > keptPosition(lane))
    if (next !== undefined) behind.push(next.position)
  }
  return behind
}

function keptPosition(lane: LaneRow): Position {
  return keptMessage(lane)?.position ?? lane.next
}
