import { laneAfterSettle } from "@millrace/core/backend"

import type { LockedLog } from "../change-group.ts"
import type { GroupRow, PartitionRow } from "../group-rows.ts"
import { type LaneRow, removeLanes, saveLanes } from "../lane-rows.ts"
import { savePartitions } from "../save-partitions.ts"

/** Lets a lane go on behind a position, as if everything up to there were done: due at once, or closed when nothing is left for it. Answers the partition as it is then. */
export async function passLane(
  { on, now }: LockedLog,
  group: GroupRow,
  { at, lane, position }: { readonly at: PartitionRow; readonly lane: LaneRow; readonly position: number },
): Promise<PartitionRow> {
  const change = laneAfterSettle(lane, { doneTo: position }, { checkpoint: at.checkpoint, now })
  const closed = change.kind === "close"
  const next = { ...at, tokens: at.tokens + 1, lanes: at.lanes - (closed ? 1 : 0) }
  await savePartitions(on, group.id, [next])
  if (closed) await removeLanes(on, group.id, [lane.key])
  else {
    const lease = { owner: null, until: 0, takeovers: 0 }
    await saveLanes(on, group.id, [{ ...lane, ...change.lane, token: null, lease, kept: null }])
  }
  return next
}
