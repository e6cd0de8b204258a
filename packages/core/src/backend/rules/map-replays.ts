import type { Position } from "../../message/ids.ts"
import type { LoadedPartition } from "./loaded-group.ts"
import type { ReplayState } from "./replay-state.ts"

/** Changes every replay state of some partitions: their own, of their rows and of their lanes. `gotTo`: how far what it belongs to has got. */
export function mapReplays(
  partitions: readonly LoadedPartition[],
  change: (replay: ReplayState, gotTo: Position) => ReplayState,
): void {
  for (const at of partitions) {
    at.replay = change(at.replay, at.checkpoint)
    for (const [key, row] of at.rows)
      at.rows.set(key, change(row, (at.lanes.get(key)?.at.next ?? at.checkpoint + 1) - 1))
    for (const lane of at.lanes.values())
      at.lanes.set(lane.key, { ...lane, replay: change(lane.replay, lane.at.next - 1) })
  }
}
