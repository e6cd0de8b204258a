import { noSuchLane, toSortable } from "@millrace/core/backend"

import { findPartition, groupNamed } from "../group-model.ts"
import { findLane } from "../lane-row.ts"
import type { Memo } from "../memo.ts"
import { int } from "../row.ts"
import { selectLaneSlice } from "../sql/select-lane-slice.ts"
import { storedJson } from "../stored-json.ts"
import type { Writing } from "../transaction.ts"
import { noteSkips } from "./note-skips.ts"
import { passLane } from "./pass-lane.ts"

/** Passes over the message at which a lane waits. */
export function discardLane(writing: Writing, memo: Memo, name: string, key: string): void {
  const { db } = writing
  const group = groupNamed(db, memo, name)
  const lane = findLane(db, group, key)
  if (lane === undefined) throw noSuchLane(name, key)
  const checkpoint = findPartition(group, lane.partition)?.checkpoint ?? 0
  let waits: number | undefined = lane.next
  if (lane.kept !== null) {
    waits = storedJson<{ readonly position: number }>(lane.kept).position
  } else if (group.order === "stream") {
    const first = db.get(selectLaneSlice, group.id, toSortable(key), lane.next, checkpoint, 1)
    waits = first === undefined ? undefined : int(first[0])
  }
  if (waits !== undefined) noteSkips(writing, group, [waits], "discarded")
  passLane(writing, group, lane, waits ?? checkpoint)
  memo.groups.delete(name)
}
