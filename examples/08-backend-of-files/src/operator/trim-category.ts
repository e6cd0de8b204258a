import {
  type CategoryTrim,
  type CategoryTrimmed,
  categoryOf,
  checkCategoryTrim,
  fencedLane,
  fencePartition,
  judgeTrim,
  type StoredMessage,
  type TrimLoss,
  TRIMMED_CATEGORIES,
  trimmedCategory,
  trimmedFurther,
  type TrimmingGroup,
} from "@millrace/core/backend"

import { placeOf } from "../append.ts"
import type { Log } from "../log.ts"
import type { GroupRow } from "../rows.ts"
import { dropKeys } from "./drop-keys.ts"
import { noteSkips } from "./skip.ts"

export function trimCategory(log: Log, category: string, how: CategoryTrim): CategoryTrimmed {
  const limit = checkCategoryTrim(category, how)
  const { documents, groups, messages, streams } = log.tables
  const positions = [...streams.values()]
    .flatMap(({ streamId }) => (categoryOf(streamId) === category ? log.positions("stream", streamId) : []))
    .sort((a, b) => a - b)
  const excess = Math.min(Math.max(positions.length - how.keep, 0), limit)
  const oldest = positions.slice(0, excess).flatMap((position) => messages.get(position) ?? [])
  const { count, heldBackBy, losses } = judgeTrim(oldest, [...groups.values()].map(trimming), {
    partitions: log.row.partitions,
    force: how.force ?? false,
  })
  for (const loss of losses) lose(log, loss)
  const place = placeOf(TRIMMED_CATEGORIES, category)
  const document = documents.get(place)
  const before = trimmedCategory(category, document?.value)
  const upto = oldest[count - 1]?.position
  if (upto !== undefined) {
    dropOldest(log, oldest.slice(0, count))
    const value = trimmedFurther(before, { upto, removed: count })
    const revision = (document?.revision ?? 0) + 1
    log.put("documents", place, { collection: TRIMMED_CATEGORIES, id: category, revision, value })
  }
  return {
    removed: count,
    more: positions.length - count > how.keep,
    trimmedTo: upto ?? before.trimmedTo,
    heldBackBy,
  }
}

function trimming(group: GroupRow): TrimmingGroup {
  return {
    group: group.name,
    order: group.order,
    types: group.types,
    marks: group.marks,
    partitions: group.partitions.map(({ checkpoint, lanes }) => ({
      checkpoint,
      lanes: new Map(
        [...lanes].map(([key, { at, single, kept }]) => [key, { next: at.next, single, keeps: kept !== undefined }]),
      ),
    })),
  }
}

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
function lose(log: Log, { group: name, partitions, lanes, lost }: TrimLoss): void {
  const group = log.editGroup(name)
  for (const [partition, at] of group.partitions.entries()) {
    for (const lane of at.lanes.values()) {
      const loss = lanes.get(lane.key)
      if (loss === undefined || loss.partition !== partition) continue
      const kept = loss.keep === undefined ? undefined : log.tables.messages.get(loss.keep)
      at.lanes.set(lane.key, { ...fencedLane(lane), ...(kept === undefined ? {} : { kept }) })
    }
    if (!partitions.has(partition)) continue
    at.hold = null
    fencePartition(at)
  }
  noteSkips(log, group, lost, "trimmed")
}

function dropOldest(log: Log, oldest: readonly StoredMessage[]): void {
  for (const { position, streamId, version } of oldest) {
    if (version !== undefined) log.edit("streams", streamId).trimmed = version
    log.drop("messages", position)
  }
  dropKeys(log)
}
