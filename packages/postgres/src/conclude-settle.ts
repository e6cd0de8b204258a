import {
  droppedBy,
  type LaneToken,
  type PartVerdict,
  type Settled,
  type Settlement,
  tooManyLanes,
} from "@millrace/core/backend"

import type { Transaction } from "./database.ts"
import type { PartitionRow } from "./group-rows.ts"
import type { Held } from "./held-lease.ts"
import { type LaneRow, removeLanes, saveLanes } from "./lane-rows.ts"
import { remember } from "./remembered.ts"
import { int } from "./row.ts"
import { savePartitions } from "./save-partitions.ts"
import { settleLanes } from "./settle-lanes.ts"
import { replayRowsOf, settlePartition } from "./settle-partition.ts"
import { countLanes } from "./sql/count-lanes.ts"
import { deletePartitionReplays } from "./sql/delete-partition-replays.ts"
import { stopGroup } from "./stop-group.ts"
import type { PostgresTx } from "./tx.ts"

/** What a settle makes of a partition and its lanes. */
export interface SettleChange {
  readonly at: PartitionRow
  /** Lanes that are new or have changed. */
  readonly lanes: readonly LaneRow[]
  readonly closed: readonly string[]
  /** The lanes leased on to the same owner. */
  readonly tokens: readonly LaneToken[]
}

/** Writes progress and lanes, under the partition's lock. `needs-lock`: the group has to be stopped, for which the log must be locked first. */
export async function conclude(
  on: Transaction,
  settlement: Settlement<PostgresTx>,
  {
    held,
    verdicts,
    now,
    locked,
  }: {
    readonly held: Held
    readonly verdicts: readonly PartVerdict[]
    readonly now: number
    readonly locked: boolean
  },
): Promise<Settled | "needs-lock"> {
  const { group, lanes } = held
  const rows = held.at.replays ? await replayRowsOf(on, group.id, settlement) : new Map()
  const change =
    settlement.lease.of === "partition"
      ? settlePartition(held, settlement, { verdicts, now, rows })
      : settleLanes(held, settlement, { lease: settlement.lease, verdicts, now })
  const opened = change.lanes.filter(({ key }) => !lanes.has(key)).length
  const open = held.at.lanes + opened - change.closed.length
  const others = opened === 0 ? 0 : int((await on.rows(countLanes, group.id, held.at.partition))[0]?.[0])
  const tooMany = open > held.at.lanes && open + others > group.maxLanes
  const stop = settlement.stop ?? (tooMany ? tooManyLanes(open + others, group.maxLanes) : undefined)
  if (stop !== undefined && !locked) return "needs-lock"
  const at: PartitionRow = {
    ...change.at,
    lanes: open,
    settles: held.at.settles + 1,
    dropped: held.at.dropped + droppedBy(settlement.parts, verdicts),
    ...(stop === undefined ? {} : { lease: { ...change.at.lease, takeovers: 0 } }),
  }
  await removeLanes(on, group.id, change.closed)
  await saveLanes(on, group.id, change.lanes)
  await savePartitions(on, group.id, [at])
  if (held.at.replays && !at.replays) await on.count(deletePartitionReplays, group.id, at.partition)
  const settled: Exclude<Settled, { readonly kind: "fenced" }> = {
    kind: "settled",
    parts: verdicts,
    lanes: stop === undefined ? change.tokens : [],
    ...(stop !== undefined && settlement.stop === undefined ? { stopped: "max-lanes" } : {}),
  }
  await remember(on, { group: group.id, partition: at.partition, settles: at.settles }, settlement.lease, settled)
  if (stop !== undefined) await stopGroup(on, group, stop, now)
  return settled
}
