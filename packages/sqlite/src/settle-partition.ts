import {
  FREE,
  type LaneOpening,
  lanesOpenedBy,
  type LaneToken,
  leaseAfterRelease,
  outlivesReplay,
  type PartVerdict,
  replayRowEnded,
  settledParts,
  type Settlement,
  toSortable,
} from "@millrace/core/backend"

import { replayOf, replayValue } from "./group-model.ts"
import type { Held } from "./held-lease.ts"
import { findLane, saveLane } from "./lane-row.ts"
import { int, text } from "./row.ts"
import { deletePartitionReplays } from "./sql/delete-partition-replays.ts"
import { putReplay } from "./sql/put-replay.ts"
import { selectGroupReplays } from "./sql/select-group-replays.ts"
import { selectReplay } from "./sql/select-replay.ts"
import type { Writing } from "./transaction.ts"
import type { SqliteTx } from "./tx.ts"

/** Moves a partition's checkpoint, ends its lease, and opens the lanes that its settle needs. Answers those leased on to the same owner. The caller saves the partition. */
export function settlePartition(
  writing: Writing,
  settlement: Settlement<SqliteTx>,
  held: Held,
  verdicts: readonly PartVerdict[],
): readonly LaneToken[] {
  const { db, now, news } = writing
  const { group, partition } = held
  const before = partition.checkpoint
  const checkpoint = settlement.checkpoint ?? before
  const openings = lanesOpenedBy(
    { checkpoint, parts: settledParts(settlement.parts, verdicts), skipped: settlement.skipped },
    { order: group.order, leaseMs: partition.leaseMs, now, isOpen: (key) => findLane(db, group, key) !== undefined },
  )
  const leased = openings.flatMap((opening) => openLane(writing, held, opening))
  const progress = checkpoint > before || settlement.hold !== undefined
  if (!progress) news.work = true
  partition.token = 0
  partition.lease = leaseAfterRelease(partition.lease, progress)
  partition.checkpoint = checkpoint
  partition.hold = settlement.hold ?? null
  const { limit } = partition.replay
  if (before < limit && replayRowEnded({ checkpoint, limit })) dropRows(writing, held)
  return leased
}

/** The replay is over: only rows that know more of their stream than the partition does are kept. */
function dropRows({ db }: Writing, { group, partition }: Held): void {
  const rows = db.all(selectGroupReplays, group.id).filter((row) => int(row[2]) === partition.partition)
  db.run(deletePartitionReplays, group.id, partition.partition)
  for (const row of rows) {
    const replay = replayOf(row[1])
    if (outlivesReplay(replay, partition.replay))
      db.run(putReplay, group.id, text(row[0]), partition.partition, replayValue(replay))
  }
}

/** Opens a lane with a copy of its stream's replay state. */
function openLane(
  { db, log, now, news }: Writing,
  { group, partition }: Held,
  { key, single, lane, leaseMs }: LaneOpening,
): readonly LaneToken[] {
  const row = db.get(selectReplay, group.id, toSortable(key))
  const replay = row === undefined ? partition.replay : replayOf(row[0])
  if (partition.lanes === 0 || findLane(db, group, key) === undefined) partition.lanes += 1
  const place = { ...lane, key, partition: partition.partition, single, replay, kept: null }
  if (leaseMs === undefined) {
    saveLane(db, group, { ...place, token: 0, lease: FREE })
    if (lane.status === "retrying") news.work = true
    return []
  }
  log.token += 1
  saveLane(db, group, { ...place, token: log.token, lease: { ...partition.lease, until: now + leaseMs, takeovers: 0 } })
  return [{ key, token: log.token }]
}
