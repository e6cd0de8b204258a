import { type Lease, fromSortable, toSortable } from "@millrace/core/backend"

import type { Connection } from "./database.ts"
import { type GroupRow, type PartitionRow, partitionOfRow } from "./group-rows.ts"
import { laneOf, type LaneRow } from "./lane-rows.ts"
import { textList } from "./list.ts"
import { intOrNull, text } from "./row.ts"
import { lockPartition } from "./sql/lock-partition.ts"
import { selectLaneTokens } from "./sql/select-lane-tokens.ts"
import { selectLanesNamed } from "./sql/select-lanes-named.ts"
import { selectToken } from "./sql/select-token.ts"

/** A lease of lanes. */
export type LaneLease = Extract<Lease, { readonly of: "lanes" }>

/** Where a settlement applies: its lease is in force, and the partition's row is locked. */
export interface Held {
  readonly group: GroupRow
  readonly at: PartitionRow
  /** Those of the lanes asked for that are open. */
  readonly lanes: ReadonlyMap<string, LaneRow>
}

/** Whether a lease is in force now; only for what is not worth beginning otherwise. */
export async function isHeld(on: Connection, group: GroupRow, lease: Lease): Promise<boolean> {
  if (lease.of === "partition") {
    const [row] = await on.rows(selectToken, group.id, lease.partition)
    return intOrNull(row?.[0]) === lease.token
  }
  const keys = textList(lease.lanes.map(({ key }) => toSortable(key)))
  const rows = await on.rows(selectLaneTokens, group.id, lease.partition, keys)
  const tokens = new Map(rows.map((row) => [fromSortable(text(row[0])), intOrNull(row[1])]))
  return lease.lanes.every(({ key, token }) => tokens.get(key) === token)
}

/** Locks the partition of a lease, and reads the lanes of these keys; `undefined` when the lease has passed to somebody else. Lanes change only under this lock. */
export async function lockHeld(
  on: Connection,
  group: GroupRow,
  lease: Lease,
  keys: readonly string[],
): Promise<Held | undefined> {
  const [row] = await on.rows(lockPartition, group.id, lease.partition)
  if (row === undefined) return undefined
  const at = partitionOfRow(row)
  const named =
    at.lanes === 0 ? [] : (await on.rows(selectLanesNamed, group.id, textList(keys.map(toSortable)))).map(laneOf)
  const lanes = new Map(named.filter(({ partition }) => partition === at.partition).map((lane) => [lane.key, lane]))
  const held =
    lease.of === "partition"
      ? at.token === lease.token
      : lease.lanes.every(({ key, token }) => lanes.get(key)?.token === token)
  return held ? { group, at, lanes } : undefined
}
