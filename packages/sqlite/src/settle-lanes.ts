import {
  type LaneToken,
  partsByLane,
  type PartVerdict,
  type Position,
  settledLane,
  settledParts,
  type Settlement,
} from "@millrace/core/backend"

import type { Held } from "./held-lease.ts"
import { deleteLane, type LaneRow, saveLane } from "./lane-row.ts"
import { storedJson } from "./stored-json.ts"
import type { Writing } from "./transaction.ts"
import type { SqliteTx } from "./tx.ts"

type HeldLanes = Held & { readonly lanes: ReadonlyMap<string, LaneRow> }

/**
 * Moves, keeps or closes the lanes of a lease; one without a part is given back as it was. Answers those that stay leased to the same owner.
 * The caller saves the partition.
 */
export function settleLanes(
  writing: Writing,
  { parts }: Settlement<SqliteTx>,
  held: HeldLanes,
  verdicts: readonly PartVerdict[],
): readonly LaneToken[] {
  const { db, log, now, news } = writing
  const { group, partition } = held
  const lanes = [...held.lanes.values()]
  const byLane = partsByLane(settledParts(parts, verdicts), { order: group.order, lanes })
  const leased: LaneToken[] = []
  for (const lane of lanes) {
    const after = settledLane({ ...lane, at: lane }, byLane.get(lane.key), { checkpoint: partition.checkpoint, now })
    if (after.kind === "close") {
      deleteLane(db, group, lane.key)
      partition.lanes -= 1
      continue
    }
    if (after.leased) log.token += 1
    else if (after.at.status === "retrying") news.work = true
    const token = after.leased ? log.token : 0
    saveLane(db, group, { ...lane, ...after.at, lease: after.lease, kept: keptBy(lane, after.at.next), token })
    if (after.leased) leased.push({ key: lane.key, token })
  }
  return leased
}

/** The message that a lane keeps, until it has passed it. In key order it may lie well behind where the lane begins. */
function keptBy({ kept }: LaneRow, next: Position): string | null {
  return kept === null || storedJson<{ readonly position: Position }>(kept).position < next ? null : kept
}
