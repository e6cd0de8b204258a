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
  for (const lane of db.all(selectGroupLanes, group.id)) {
    db.run(updateLaneReplay, group.id, text(lane[0]), replayValue(change(replayOf(lane[2]), int(lane[1]) - 1)))
  }
  for (const row of db.all(selectGroupReplays, group.id)) {
    const partition = int(row[2])
    const gotTo = group.partitions.find((one) => one.partition === partition)?.checkpoint ?? 0
    db.run(putReplay, group.id, text(row[0]), partition, replayValue(change(replayOf(row[1]), gotTo)))
  }
}
