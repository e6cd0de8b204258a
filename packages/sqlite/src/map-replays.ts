import type { Position, ReplayState } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import { type GroupModel, replayOf, replayValue, savePartition } from "./group-model.ts"
import { int, text } from "./row.ts"
import { putReplay } from "./sql/put-replay.ts"
import { selectGroupLanes } from "./sql/select-group-lanes.ts"
import { selectGroupReplays } from "./sql/select-group-replays.ts"
import { updateLaneReplay } from "./sql/update-lane-replay.ts"

/** Changes every replay state of a group: its partitions', its lanes' and its rows'. `gotTo` is how far each has got. */
export function mapReplays(
  db: Connection,
  group: GroupModel,
  change: (state: ReplayState, gotTo: Position) => ReplayState,
): void {
  for (const partition of group.partitions) {
    partition.replay = change(partition.replay, partition.checkpoint)
    savePartition(db, group, partition)
  }
  const waiting = new Map<string, Position>()
  for (const lane of db.all(selectGroupLanes, group.id)) {
    const key = text(lane[0])
    waiting.set(key, int(lane[1]))
    db.run(updateLaneReplay, group.id, key, replayValue(change(replayOf(lane[2]), int(lane[1]) - 1)))
  }
  for (const row of db.all(selectGroupReplays, group.id)) {
    const [key, partition] = [text(row[0]), int(row[2])]
    const checkpoint = group.partitions.find((one) => one.partition === partition)?.checkpoint ?? 0
    const next = waiting.get(key) ?? checkpoint + 1
    db.run(putReplay, group.id, key, partition, replayValue(change(replayOf(row[1]), next - 1)))
  }
}

/** Gives each stream with an open lane a row of its own: it has not got as far as its partition, also when the lane has closed. */
export function keepLanesApart(db: Connection, group: GroupModel): void {
  const known = new Set(db.all(selectGroupReplays, group.id).map((row) => text(row[0])))
  for (const lane of db.all(selectGroupLanes, group.id)) {
    const [key, partition, single] = [text(lane[0]), int(lane[3]), int(lane[4]) === 1]
    if (!single && !known.has(key)) db.run(putReplay, group.id, key, partition, replayValue(replayOf(lane[2])))
  }
}
