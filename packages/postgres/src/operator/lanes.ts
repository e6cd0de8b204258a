import { checkLimit, fromSortable, type LaneInfo, laneInfoOf, type LaneQuery, toSortable } from "@millrace/core/backend"

import type { Row } from "../database.ts"
import { noSuchGroup } from "../errors.ts"
import { findGroup } from "../group-rows.ts"
import { keptMessage, laneOf } from "../lane-rows.ts"
import { clockOf, type Log } from "../log.ts"
import { int, text } from "../row.ts"
import { selectLanePage } from "../sql/select-lane-page.ts"

/** Open lanes by group and key. */
export async function lanes(log: Log, { group, status, after, limit }: LaneQuery = {}): Promise<readonly LaneInfo[]> {
  if (limit !== undefined) checkLimit("limit", limit)
  const { read } = log.database
  const found = group === undefined ? undefined : await findGroup(read, group)
  if (group !== undefined && found === undefined) throw noSuchGroup(group)
  const parked = status === undefined ? null : status === "parked"
  const values = [found?.id ?? null, parked, toSortable(after ?? ""), limit ?? null, clockOf(log)] as const
  return (await read.rows(selectLanePage, ...values)).map(infoOf)
}

function infoOf(row: Row): LaneInfo {
  const lane = laneOf(row.slice(3))
  const messageId = keptMessage(lane)?.id ?? row[2] ?? undefined
  return laneInfoOf({ ...lane, group: fromSortable(text(row[1])), messageId }, int(row[0]))
}
