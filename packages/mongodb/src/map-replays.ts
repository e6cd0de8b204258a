import type { Position, ReplayState } from "@millrace/core/backend"

import { editAll, type GroupState, setLane } from "./group-state.ts"

/** Changes every replay state of a draft: of its partitions, rows and lanes. `gotTo`: how far what it belongs to has got. */
export function mapReplays(group: GroupState, change: (replay: ReplayState, gotTo: Position) => ReplayState): void {
  for (const at of editAll(group)) {
    at.replay = change(at.replay, at.checkpoint)
    for (const [key, row] of at.rows)
      at.rows.set(key, change(row, (at.lanes.get(key)?.at.next ?? at.checkpoint + 1) - 1))
    for (const lane of at.lanes.values()) setLane(at, { ...lane, replay: change(lane.replay, lane.at.next - 1) })
  }
}
