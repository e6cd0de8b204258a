import type { SQLOutputValue } from "node:sqlite"

import {
  BackendError,
  FREE,
  type GroupOrder,
  type LeaseState,
  noSuchGroup,
  type ReplayState,
  type Settlement,
  type UnhandledRange,
} from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import type { Memo } from "./memo.ts"
import { int, type Row, text, textOrNull, type Value } from "./row.ts"
import { selectGroupTypes } from "./sql/select-group-types.ts"
import { selectGroup } from "./sql/select-group.ts"
import { selectPartitions } from "./sql/select-partitions.ts"
import { updatePartition } from "./sql/update-partition.ts"
import { storedJson } from "./stored-json.ts"

/** A group as the log holds it. Remembered between transactions while nobody else changes groups or their work. */
export interface GroupModel {
  readonly id: number
  readonly name: string
  readonly order: GroupOrder
  readonly status: string
  readonly start: number
  readonly epoch: number
  readonly reemit: boolean
  readonly maxLanes: number
  readonly skipped: number
  /** When its reactor was last registered, or a process of it that is gone by now was last heard. */
  readonly heardAt: number
  readonly types: ReadonlyMap<string, GroupType>
  /** One for each partition of the log; a single one for groups whose order is not by stream. */
  readonly partitions: readonly PartitionModel[]
}

export interface GroupType {
  readonly id: number
  readonly name: string
  readonly since: number
  /** When a process that is gone by now was last heard to want it. */
  readonly heardAt: number
}

/** A partition of a group. Whoever changes it saves it. */
export interface PartitionModel {
  readonly partition: number
  checkpoint: number
  replay: ReplayState
  token: number
  lease: LeaseState
  /** How long its last lease was asked for. */
  leaseMs: number
  /** `order: "log"`: not claimable before `retryAt`; its first message has failed so often, and why. */
  hold: Hold | null
  /** Open lanes. */
  lanes: number
  settles: number
  /** The first message that waits, as long as the checkpoint is that one. */
  oldest: { readonly checkpoint: number; readonly byType: Map<number, number> } | undefined
}

export type Hold = NonNullable<Settlement["hold"]>

/** The group of this name, or `undefined`. */
export function findGroup(db: Connection, memo: Memo, name: string): GroupModel | undefined {
  const remembered = memo.groups.get(name)
  if (remembered !== undefined) return remembered
  const row = db.get(selectGroup, name)
  if (row === undefined) return undefined
  const model = groupOf(db, name, row)
  memo.groups.set(name, model)
  return model
}

/** The group of this name. Throws `not-found`. */
export function groupNamed(db: Connection, memo: Memo, name: string): GroupModel {
  const group = findGroup(db, memo, name)
  if (group === undefined) throw noSuchGroup(name)
  return group
}

/** A partition of a group by its number. */
export function findPartition(group: GroupModel, partition: number): PartitionModel | undefined {
  return group.partitions[partition]
}

export function savePartition(db: Connection, group: GroupModel, partition: PartitionModel): void {
  const { owner, until, takeovers } = partition.lease
  db.run(
    updatePartition,
    group.id,
    partition.partition,
    partition.checkpoint,
    replayValue(partition.replay),
    partition.token,
    until,
    owner?.processName ?? null,
    owner?.bootId ?? null,
    takeovers,
    partition.leaseMs,
    partition.hold?.retryAt ?? 0,
    partition.hold === null ? null : JSON.stringify(partition.hold),
    partition.lanes,
    partition.settles,
  )
}

/** A replay state as it is stored: a bare number where it is only a limit. */
export function replayValue({ limit, unhandled }: ReplayState): Value {
  return unhandled.length === 0 ? limit : JSON.stringify({ limit, unhandled })
}

export function replayOf(value: SQLOutputValue | undefined): ReplayState {
  if (typeof value === "number") return { limit: value, unhandled: NOTHING }
  return storedJson<ReplayState>(text(value))
}

const NOTHING: readonly UnhandledRange[] = []

/** A lease from its columns. */
export function leaseOf(until: number, owner: string | null, boot: string | null, takeovers: number): LeaseState {
  if (owner === null) return takeovers === 0 ? FREE : { ...FREE, takeovers }
  return { owner: { processName: owner, bootId: boot ?? "" }, until, takeovers }
}

function groupOf(db: Connection, name: string, row: Row): GroupModel {
  const id = int(row[0])
  const types = new Map<string, GroupType>()
  for (const type of db.all(selectGroupTypes, id)) {
    types.set(text(type[1]), { id: int(type[0]), name: text(type[1]), since: int(type[2]), heardAt: int(type[3]) })
  }
  return {
    id,
    name,
    order: orderOf(text(row[1])),
    status: text(row[2]),
    start: int(row[3]),
    epoch: int(row[4]),
    reemit: int(row[5]) === 1,
    maxLanes: int(row[6]),
    skipped: int(row[7]),
    heardAt: int(row[8]),
    types,
    partitions: db.all(selectPartitions, id).map(partitionOfRow),
  }
}

function partitionOfRow(row: Row): PartitionModel {
  return {
    partition: int(row[0]),
    checkpoint: int(row[1]),
    replay: replayOf(row[2]),
    token: int(row[3]),
    lease: leaseOf(int(row[4]), textOrNull(row[5]), textOrNull(row[6]), int(row[7])),
    leaseMs: int(row[8]),
    hold: holdOf(textOrNull(row[10])),
    lanes: int(row[11]),
    settles: int(row[12]),
    oldest: undefined,
  }
}

function holdOf(json: string | null): Hold | null {
  if (json === null) return null
  return storedJson<Hold>(json)
}

function orderOf(order: string): GroupOrder {
  if (order === "stream" || order === "key" || order === "log") return order
  throw new BackendError("corrupt", `a group has the order ${order}: something else wrote to the log's tables`)
}
