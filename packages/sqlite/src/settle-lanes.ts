import {
  laneAfterSettle,
  laneProgressed,
  type LaneToken,
  leaseAfterRelease,
  type PartVerdict,
  type Settlement,
} from "@millrace/core/backend"

import type { Held } from "./held-lease.ts"
import { deleteLane, type LaneRow, saveLane } from "./lane-row.ts"
import { storedJson } from "./stored-json.ts"
import type { Writing } from "./transaction.ts"
import type { SqliteTx } from "./tx.ts"

type Part = Settlement<SqliteTx>["parts"][number]
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
  const { db, log, news } = writing
  // A lease in log order has one lane, whatever its worker calls the part.
  const only = held.group.order === "log" && held.lanes.size === 1 ? parts[0] : undefined
  const leased: LaneToken[] = []
  for (const lane of held.lanes.values()) {
    const part = only ?? parts.find(({ key }) => key === lane.key)
    if (part === undefined) {
      saveLane(db, held.group, { ...lane, token: 0, lease: leaseAfterRelease(lane.lease, false) })
      news.work = true
    } else if (verdicts[parts.indexOf(part)]?.kind !== "stored") {
      // The settled token names this settlement from now on: what the worker decides next is another one.
      log.token += 1
      saveLane(db, held.group, { ...lane, token: log.token })
      leased.push({ key: lane.key, token: log.token })
    } else leased.push(...settleLane(writing, held, lane, part))
  }
  return leased
}

function settleLane(
  { db, log, now, news }: Writing,
  { group, partition }: HeldLanes,
  lane: LaneRow,
  part: Part,
): readonly LaneToken[] {
  const change = laneAfterSettle(lane, part, { checkpoint: partition.checkpoint, now })
  if (change.kind === "close") {
    deleteLane(db, group, lane.key)
    partition.lanes -= 1
    return []
  }
  const released = leaseAfterRelease(lane.lease, laneProgressed(lane, change))
  // In key order the message kept may lie well behind where the lane begins.
  const passed = lane.kept !== null && storedJson<{ readonly position: number }>(lane.kept).position < change.lane.next
  const kept = passed ? null : lane.kept
  if (change.leaseMs === undefined) {
    saveLane(db, group, { ...lane, ...change.lane, token: 0, lease: released, kept })
    if (change.lane.status === "retrying") news.work = true
    return []
  }
  log.token += 1
  const lease = { ...lane.lease, until: now + change.leaseMs, takeovers: released.takeovers }
  saveLane(db, group, { ...lane, ...change.lane, lease, kept, token: log.token })
  return [{ key: lane.key, token: log.token }]
}
