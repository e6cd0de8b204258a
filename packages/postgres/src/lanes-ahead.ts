import { type Position, fromSortable, toSortable } from "@millrace/core/backend"

import type { Connection } from "./database.ts"
import type { PartitionRow } from "./group-rows.ts"
import { keptMessage, type LaneRow } from "./lane-rows.ts"
import { numberList, textList } from "./list.ts"
import type { GroupLook } from "./look.ts"
import { int, text } from "./row.ts"
import { selectAhead } from "./sql/select-ahead.ts"
import { selectStreamsAhead } from "./sql/select-streams-ahead.ts"

/** A wanted message that a lane has before it. */
export interface LaneAhead {
  readonly position: Position
  readonly type: string
}

/**
 * What lanes have before them, up to their partition's checkpoint: the next `limit` and one more of each. In key order of all keys, for only the
 * worker knows the key.
 */
export async function lanesAhead(
  on: Connection,
  {
    group,
    at,
    lanes,
    partitions,
    limit,
  }: {
    readonly group: Pick<GroupLook, "row" | "types">
    readonly at: Pick<PartitionRow, "partition" | "checkpoint">
    readonly lanes: readonly LaneRow[]
    readonly partitions: number
    readonly limit: number
  },
): Promise<ReadonlyMap<string, readonly LaneAhead[]>> {
  const types = textList([...group.types.keys()])
  const since = numberList([...group.types.values()])
  const ahead = new Map<string, LaneAhead[]>()
  for (const lane of lanes) {
    const kept = keptMessage(lane)
    ahead.set(lane.key, kept === undefined ? [] : [{ position: kept.position, type: kept.type }])
  }
  const add = (key: string, position: Position, type: string): void => {
    const list = ahead.get(key)
    if (list !== undefined && list.at(-1)?.position !== position) list.push({ position, type })
  }
  if (group.row.order === "stream") {
    const keys = textList(lanes.map(({ key }) => toSortable(key)))
    const rows = await on.rows(
      selectStreamsAhead,
      keys,
      numberList(lanes.map(({ next }) => next)),
      at.checkpoint,
      types,
      since,
      limit + 1,
    )
    for (const row of rows) add(fromSortable(text(row[0])), int(row[1]), text(row[2]))
    return ahead
  }
  const all = numberList(Array.from({ length: partitions }, (_, one) => one))
  for (const lane of lanes) {
    const upto = lane.single ? lane.next : at.checkpoint
    const rows = await on.rows(selectAhead, all, types, since, lane.next, upto, limit + 1)
    for (const row of rows) add(lane.key, int(row[0]), text(row[1]))
  }
  return ahead
}
