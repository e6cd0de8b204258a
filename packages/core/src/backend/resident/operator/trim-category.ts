import { categoryOf } from "../../../stream/category.ts"
import type { CategoryTrim, CategoryTrimmed } from "../../operator.ts"
import { fencedLane, fencePartition } from "../../rules/fence.ts"
import { judgeTrim, type TrimLoss } from "../../rules/judge-trim.ts"
import {
  checkCategoryTrim,
  TRIMMED_CATEGORIES,
  trimmedCategory,
  trimmedFurther,
} from "../../rules/trimmed-categories.ts"
import { trimmingGroupOf } from "../../rules/trimming-group.ts"
import { dropOldest } from "../drop-messages.ts"
import { findGroup } from "../find-group.ts"
import { type LogState, messageAt } from "../log-state.ts"
import { storeDocument } from "../store-append.ts"
import { touchWholeGroup } from "../touched.ts"
import { noteSkips } from "./note-skips.ts"

/** Removes the oldest messages of a category, as far as the groups have settled them, or with `force` whatever they have. */
export function trimCategory(log: LogState, category: string, how: CategoryTrim): CategoryTrimmed {
  const limit = checkCategoryTrim(category, how)
  const positions = [...log.streams]
    .flatMap(([streamId, stream]) => (categoryOf(streamId) === category ? stream.positions : []))
    .sort((a, b) => a - b)
  const excess = Math.min(Math.max(positions.length - how.keep, 0), limit)
  const oldest = positions.slice(0, excess).flatMap((position) => messageAt(log, position) ?? [])
  const { count, heldBackBy, losses } = judgeTrim(oldest, [...log.groups.values()].map(trimmingGroupOf), {
    partitions: log.partitions,
    force: how.force ?? false,
  })
  for (const loss of losses) lose(log, loss)
  const before = trimmedCategory(category, log.documents.get(TRIMMED_CATEGORIES)?.get(category)?.value)
  const upto = oldest[count - 1]?.position
  if (upto !== undefined) {
    dropOldest(log, oldest.slice(0, count))
    storeDocument(log, TRIMMED_CATEGORIES, category, trimmedFurther(before, { upto, removed: count }))
  }
  return { removed: count, more: positions.length - count > how.keep, trimmedTo: upto ?? before.trimmedTo, heldBackBy }
}

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
function lose(log: LogState, { group: name, partitions, lanes, lost }: TrimLoss): void {
  const group = findGroup(log, name)
  for (const partition of partitions) {
    const at = group.partitions[partition]
    if (at === undefined) continue
    at.hold = null
    fencePartition(at)
  }
  for (const [key, { partition, keep }] of lanes) {
    const at = group.partitions[partition]
    const lane = at?.lanes.get(key)
    if (at === undefined || lane === undefined) continue
    const kept = keep === undefined ? undefined : messageAt(log, keep)
    const fenced = fencedLane(lane)
    at.lanes.set(key, kept === undefined ? fenced : { ...fenced, kept })
  }
  noteSkips(log, group, lost, "trimmed")
  touchWholeGroup(log, group)
  log.news.work = true
}
