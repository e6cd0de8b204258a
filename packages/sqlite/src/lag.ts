import type { Connection } from "./connection.ts"
import type { GroupModel } from "./group-model.ts"
import { int, text } from "./row.ts"
import { countLaneMessages } from "./sql/count-lane-messages.ts"
import { countTypeUpto } from "./sql/count-type-upto.ts"
import { selectAllLanes } from "./sql/select-all-lanes.ts"
import { selectMarks } from "./sql/select-marks.ts"
import { selectWantedInPartition } from "./sql/select-wanted-in-partition.ts"

/** Every position. */
const END = Number.MAX_SAFE_INTEGER

/** How many wanted messages of a group are not settled. A lane of a key counts as one: which messages are its, only the worker knows. */
export function lagOf(db: Connection, group: GroupModel, partitions: number): number {
  const places = Array.from({ length: partitions }, (_, at) => at)
  let lag = 0
  for (const { partition, checkpoint } of group.partitions) {
    for (const { id, since } of group.types.values()) {
      for (const place of group.order === "stream" ? [partition] : places) {
        lag += int(db.get(countTypeUpto, place, id, Math.max(checkpoint, since), END)?.[0])
      }
    }
  }
  for (const lane of db.all(selectAllLanes, group.id, null, "", END)) {
    const checkpoint = group.partitions[int(lane[1])]?.checkpoint ?? 0
    lag += group.order === "stream" ? laneLag(db, group, lane, checkpoint) : 1
  }
  return lag - (group.skipped === 0 ? 0 : marksAhead(db, group))
}

/** A message that retention left to its lane is no longer in the log. */
function laneLag(
  db: Connection,
  group: GroupModel,
  lane: ReturnType<Connection["all"]>[number],
  checkpoint: number,
): number {
  const next = int(lane[2])
  return int(db.get(countLaneMessages, group.id, text(lane[0]), next, checkpoint)?.[0]) + (lane[14] === null ? 0 : 1)
}

/** Skipped messages above the checkpoint of their partition. */
function marksAhead(db: Connection, group: GroupModel): number {
  const marks = new Set(db.all(selectMarks, group.id).map((row) => int(row[0])))
  if (marks.size === 0) return 0
  let ahead = 0
  const [first, last] = [Math.min(...marks) - 1, Math.max(...marks)]
  for (const { partition, checkpoint } of group.partitions) {
    const place = group.order === "stream" ? partition : null
    for (const row of db.all(selectWantedInPartition, group.id, place, Math.max(checkpoint, first), last)) {
      if (marks.has(int(row[0]))) ahead += 1
    }
  }
  return ahead
}
