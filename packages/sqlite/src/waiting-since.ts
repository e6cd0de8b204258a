import type { Instant, Position } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import type { GroupModel, PartitionModel } from "./group-model.ts"
import { int, intOrNull, text, textOrNull } from "./row.ts"
import { selectAllLanes } from "./sql/select-all-lanes.ts"
import { selectFirstOfLane } from "./sql/select-first-of-lane.ts"
import { selectFirstOfType } from "./sql/select-first-of-type.ts"
import { selectRecordedAt } from "./sql/select-recorded-at.ts"
import { storedJson } from "./stored-json.ts"

/** Every position. */
const END = Number.MAX_SAFE_INTEGER

/** When the oldest message was recorded that a group wants and has not settled; `undefined` when there is none. `partitions`: of the log. */
export function waitingSince(db: Connection, group: GroupModel, partitions: number): Instant | undefined {
  const positions = group.partitions.flatMap((at) => firstAhead(db, group, at, partitions))
  const recorded: Instant[] = []
  for (const lane of db.all(selectAllLanes, group.id, null, "", END)) {
    const kept = textOrNull(lane[14])
    const next = int(lane[2])
    if (kept !== null) recorded.push(Date.parse(storedJson<{ readonly recordedAt: string }>(kept).recordedAt))
    else if (group.order !== "stream") positions.push(next)
    else {
      const checkpoint = group.partitions[int(lane[1])]?.checkpoint ?? 0
      const first = intOrNull(db.get(selectFirstOfLane, group.id, text(lane[0]), next, checkpoint)?.[0] ?? null)
      if (first !== null) positions.push(first)
    }
  }
  if (positions.length > 0) {
    const found = db.get(selectRecordedAt, Math.min(...positions))
    if (found !== undefined) recorded.push(int(found[1]))
  }
  return recorded.length === 0 ? undefined : Math.min(...recorded)
}

/** The first wanted message of each type that lies before a partition of the group, skipped ones left out. */
function firstAhead(
  db: Connection,
  group: GroupModel,
  { partition, checkpoint }: PartitionModel,
  partitions: number,
): Position[] {
  const places = group.order === "stream" ? [partition] : Array.from({ length: partitions }, (_, at) => at)
  const found: Position[] = []
  for (const { id, since } of group.types.values()) {
    for (const place of places) {
      const first = db.get(selectFirstOfType, group.id, place, id, Math.max(checkpoint, since))
      if (first !== undefined) found.push(int(first[0]))
    }
  }
  return found
}
