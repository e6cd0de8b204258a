import { leaseKey, type Settled, type Settlement } from "@millrace/core/backend"

import { findGroup, type GroupModel, type PartitionModel, findPartition } from "./group-model.ts"
import { findLane, type LaneRow } from "./lane-row.ts"
import type { Memo } from "./memo.ts"
import { remembered } from "./remembered.ts"
import type { Writing } from "./transaction.ts"
import type { SqliteTx } from "./tx.ts"

/** A lease that its settlement holds. `lanes`: those it holds, for a lease of lanes. */
export interface Held {
  readonly group: GroupModel
  readonly partition: PartitionModel
  readonly lanes: ReadonlyMap<string, LaneRow> | undefined
}

export type Admission =
  | (Held & { readonly kind: "held" })
  | { readonly kind: "remembered"; readonly answer: Settled }
  | { readonly kind: "fenced" }

/** Judges a settlement by its tokens, never by time: it holds its lease, or was settled before, or comes too late. */
export function admit(writing: Writing, { lease }: Settlement<SqliteTx>, memo: Memo): Admission {
  const { db } = writing
  const group = findGroup(db, memo, lease.group)
  if (group === undefined) return { kind: "fenced" }
  const partition = findPartition(group, lease.partition)
  if (partition === undefined) return { kind: "fenced" }
  if (lease.of === "partition") {
    if (partition.token === lease.token) return { kind: "held", group, partition, lanes: undefined }
  } else {
    const lanes = heldLanes(writing, group, lease.lanes)
    if (lanes !== undefined) return { kind: "held", group, partition, lanes }
  }
  const answer = remembered(db, { group, partition }, leaseKey(lease))
  return answer === undefined ? { kind: "fenced" } : { kind: "remembered", answer }
}

/** The lanes of a lease, or `undefined` when one of them is no longer its own. */
export function heldLanes(
  { db }: Writing,
  group: GroupModel,
  tokens: readonly { readonly key: string; readonly token: number }[],
): ReadonlyMap<string, LaneRow> | undefined {
  const lanes = new Map<string, LaneRow>()
  for (const { key, token } of tokens) {
    const lane = findLane(db, group, key)
    if (lane === undefined || lane.token !== token) return undefined
    lanes.set(key, lane)
  }
  return lanes.size === 0 ? undefined : lanes
}
