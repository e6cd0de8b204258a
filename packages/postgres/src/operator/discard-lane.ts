import { noSuchLane, toSortable } from "@millrace/core/backend"

import { changeGroup } from "../change-group.ts"
import { partitionOfRow } from "../group-rows.ts"
import { keptMessage, laneOf } from "../lane-rows.ts"
import { lanesAhead } from "../lanes-ahead.ts"
import { textList } from "../list.ts"
import type { Log } from "../log.ts"
import { int, text } from "../row.ts"
import { lockPartition } from "../sql/lock-partition.ts"
import { selectGroupTypes } from "../sql/select-group-types.ts"
import { selectLanesNamed } from "../sql/select-lanes-named.ts"
import { noteSkips } from "./note-skips.ts"
import { passLane } from "./pass-lane.ts"

/** Passes over the message at which a lane waits. */
export async function discardLane(log: Log, name: string, key: string): Promise<void> {
  await changeGroup(log, name, async (locked, group) => {
    const { on } = locked
    const find = async () => (await on.rows(selectLanesNamed, group.id, textList([toSortable(key)]))).map(laneOf)[0]
    const seen = await find()
    const [row] = seen === undefined ? [] : await on.rows(lockPartition, group.id, seen.partition)
    const lane = await find()
    if (row === undefined || lane === undefined) throw noSuchLane(name, key)
    const at = partitionOfRow(row)
    const types = new Map((await on.rows(selectGroupTypes, group.id)).map((type) => [text(type[0]), int(type[1])]))
    const how = { group: { row: group, types }, at, lanes: [lane], partitions: log.partitions, limit: 1 }
    const next = group.order === "stream" ? (await lanesAhead(on, how)).get(key)?.[0]?.position : lane.next
    const waits = keptMessage(lane)?.position ?? next
    if (waits !== undefined) await noteSkips(locked, group, [waits], { how: "discarded" })
    await passLane(locked, group, { at, lane, position: waits ?? at.checkpoint })
  })
  log.news.work()
}
