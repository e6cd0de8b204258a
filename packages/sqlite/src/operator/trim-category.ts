import {
  type CategoryTrim,
  type CategoryTrimmed,
  checkCategoryTrim,
  FREE,
  fromSortable,
  judgeTrim,
  type Position,
  type TrimCandidate,
  type TrimLoss,
  type TrimmedCategory,
  TRIMMED_CATEGORIES,
  trimmedCategory,
  trimmedFurther,
  type TrimmingGroup,
  type TrimmingLane,
} from "@millrace/core/backend"

import type { AppendRoom } from "../append.ts"
import type { Connection } from "../connection.ts"
import { putDocument, readDocuments } from "../documents.ts"
import { findPartition, type GroupModel, groupNamed, savePartition } from "../group-model.ts"
import { findLane, laneOfRow, saveLane } from "../lane-row.ts"
import { messageOf } from "../message-row.ts"
import { int, text } from "../row.ts"
import { countCategory } from "../sql/count-category.ts"
import { deleteKeysOfPositions } from "../sql/delete-keys-of-positions.ts"
import { deletePositions } from "../sql/delete-positions.ts"
import { keepEndsOfPositions } from "../sql/keep-ends-of-positions.ts"
import { selectAllLanes } from "../sql/select-all-lanes.ts"
import { selectByPositions } from "../sql/select-by-positions.ts"
import { selectGroupNames } from "../sql/select-group-names.ts"
import { selectMarks } from "../sql/select-marks.ts"
import { selectOldestOfCategory } from "../sql/select-oldest-of-category.ts"
import type { Writing } from "../transaction.ts"
import { noteSkips } from "./note-skips.ts"
import { namesOfCategory } from "./streams.ts"

/** Removes the oldest messages of a category, as far as the groups have settled them, or with `force` whatever they have. */
export function trimCategory(writing: Writing, room: AppendRoom, category: string, how: CategoryTrim): CategoryTrimmed {
  const limit = checkCategoryTrim(category, how)
  const { db } = writing
  const before = trimmedBefore(db, category)
  const names = namesOfCategory(category)
  // More than could go in this call need no counting.
  const counted = int(db.get(countCategory, ...names, Math.min(how.keep + limit + 1, Number.MAX_SAFE_INTEGER))?.[0])
  const excess = Math.min(Math.max(counted - how.keep, 0), limit)
  const oldest = excess === 0 ? [] : oldestOf(db, room.memo.types, before.trimmedTo, names, excess)
  const groups = db.all(selectGroupNames).map((row) => trimming(db, groupNamed(db, room.memo, text(row[0]))))
  const { count, heldBackBy, losses } = judgeTrim(oldest, groups, {
    partitions: room.partitions(),
    force: how.force ?? false,
  })
  for (const loss of losses) lose(writing, room, loss)
  const gone = oldest.slice(0, count).map(({ position }) => position)
  if (gone.length > 0) remove(writing, room, before, gone)
  return {
    removed: count,
    more: counted - count > how.keep,
    trimmedTo: gone.at(-1) ?? before.trimmedTo,
    heldBackBy,
  }
}

function trimmedBefore(db: Connection, category: string): TrimmedCategory {
  const [found] = readDocuments(db, { collection: TRIMMED_CATEGORIES, ids: [category] })
  return trimmedCategory(category, found?.value)
}

function oldestOf(
  db: Connection,
  types: AppendRoom["memo"]["types"],
  above: Position,
  names: ReturnType<typeof namesOfCategory>,
  limit: number,
): readonly TrimCandidate[] {
  return db.all(selectOldestOfCategory, above, ...names, limit).map((row) => ({
    position: int(row[0]),
    type: types.nameOf(db, int(row[1])),
    streamId: fromSortable(text(row[2])),
  }))
}

function trimming(db: Connection, group: GroupModel): TrimmingGroup {
  const lanes = new Map<number, Map<string, TrimmingLane>>()
  if (group.partitions.some((at) => at.lanes > 0))
    for (const row of db.all(selectAllLanes, group.id, null, "", Number.MAX_SAFE_INTEGER)) {
      const { key, partition, next, single, kept } = laneOfRow(row)
      const own = lanes.get(partition) ?? new Map<string, TrimmingLane>()
      lanes.set(partition, own.set(key, { next, single, keeps: kept !== null }))
    }
  return {
    group: group.name,
    order: group.order,
    types: group.types,
    marks: new Set(group.skipped === 0 ? [] : db.all(selectMarks, group.id).map((row) => int(row[0]))),
    partitions: group.partitions.map(({ partition, checkpoint }) => ({
      checkpoint,
      lanes: lanes.get(partition) ?? new Map(),
    })),
  }
}

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
function lose(writing: Writing, room: AppendRoom, { group: name, partitions, lanes, lost }: TrimLoss): void {
  const { db, log, news } = writing
  const group = groupNamed(db, room.memo, name)
  for (const number of partitions) {
    const at = findPartition(group, number)
    if (at === undefined) continue
    at.hold = null
    at.token = 0
    at.lease = { ...FREE, takeovers: at.lease.takeovers }
    savePartition(db, group, at)
  }
  for (const [key, { keep }] of lanes) {
    const lane = findLane(db, group, key)
    if (lane === undefined) continue
    const row = keep === undefined ? undefined : db.get(selectByPositions, JSON.stringify([keep]))
    const kept = row === undefined ? lane.kept : JSON.stringify(messageOf(row, room.memo.types, db))
    saveLane(db, group, { ...lane, kept, token: 0, lease: { ...FREE, takeovers: lane.lease.takeovers } })
  }
  noteSkips(writing, group, lost, "trimmed")
  log.workSeq += 1
  news.work = true
}

function remove(writing: Writing, { memo }: AppendRoom, before: TrimmedCategory, gone: readonly Position[]): void {
  const { db, log } = writing
  const positions = JSON.stringify(gone)
  db.run(keepEndsOfPositions, positions)
  db.run(deletePositions, positions)
  db.run(deleteKeysOfPositions, gone[0] ?? 0, gone.at(-1) ?? 0)
  const value = trimmedFurther(before, { upto: gone.at(-1) ?? 0, removed: gone.length })
  putDocument(db, { collection: TRIMMED_CATEGORIES, id: before.category, expectedRevision: "any", value })
  // What is remembered of where groups wait may name what is gone.
  log.groupSeq += 1
  memo.groups.clear()
  memo.heads.forget()
}
