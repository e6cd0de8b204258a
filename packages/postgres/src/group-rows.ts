import {
  BackendError,
  type GroupOrder,
  type LeaseState,
  type ReplayState,
  fromSortable,
  toSortable,
} from "@millrace/core/backend"

import type { Connection, Row } from "./database.ts"
import { bool, int, intOrNull, text } from "./row.ts"
import { selectGroup } from "./sql/select-group.ts"
import { selectPartitions } from "./sql/select-partitions.ts"
import { storedJson } from "./stored-json.ts"

/** A group as the log holds it. */
export interface GroupRow {
  readonly id: number
  readonly name: string
  readonly order: GroupOrder
  readonly active: boolean
  readonly start: number
  readonly epoch: number
  readonly reemit: boolean
  readonly maxLanes: number
  /** How many positions it is never to be handed. */
  readonly marks: number
}

export function groupOf(row: Row): GroupRow {
  return {
    id: int(row[0]),
    name: fromSortable(text(row[1])),
    order: orderOf(text(row[2])),
    active: bool(row[3]),
    start: int(row[4]),
    epoch: int(row[5]),
    reemit: bool(row[6]),
    maxLanes: int(row[7]),
    marks: int(row[8]),
  }
}

/** A group's progress in one partition. */
export interface PartitionRow {
  readonly partition: number
  readonly checkpoint: number
  readonly replay: ReplayState
  readonly rev: number
  /** The last token given out in the partition, and the one in force. */
  readonly tokens: number
  readonly token: number | null
  readonly lease: LeaseState
  readonly leaseMs: number
  readonly hold: { readonly retryAt: number; readonly failures: number; readonly error: string } | null
  /** Open lanes. */
  readonly lanes: number
  readonly replays: boolean
  readonly settles: number
  readonly dropped: number
}

export function partitionOfRow(row: Row, from = 0): PartitionRow {
  const retryAt = intOrNull(row[from + 12])
  return {
    partition: int(row[from]),
    checkpoint: int(row[from + 1]),
    replay: { limit: int(row[from + 2]), unhandled: rangesOf(row[from + 3] ?? null) },
    rev: int(row[from + 4]),
    tokens: int(row[from + 5]),
    token: intOrNull(row[from + 6]),
    lease: leaseOf(row[from + 7] ?? null, row[from + 8] ?? null, int(row[from + 9]), int(row[from + 10])),
    leaseMs: int(row[from + 11]),
    hold: retryAt === null ? null : { retryAt, failures: int(row[from + 13]), error: row[from + 14] ?? "" },
    lanes: int(row[from + 15]),
    replays: bool(row[from + 16]),
    settles: int(row[from + 17]),
    dropped: int(row[from + 18]),
  }
}

/** A lease from its columns. */
export function leaseOf(owner: string | null, boot: string | null, until: number, takeovers: number): LeaseState {
  return { owner: owner === null ? null : { processName: owner, bootId: boot ?? "" }, until, takeovers }
}

/** The ranges of a replay state as they are stored; NULL where there are none. */
export function rangesText({ unhandled }: ReplayState): string | null {
  return unhandled.length === 0 ? null : JSON.stringify(unhandled)
}

function rangesOf(stored: string | null): ReplayState["unhandled"] {
  if (stored === null) return []
  return storedJson<ReplayState["unhandled"]>(stored)
}

/** A replay state of a lane or row, as JSON. */
export function replayOf(stored: string | null | undefined): ReplayState {
  return storedJson<ReplayState>(text(stored))
}

/** The group of this name, or `undefined`. */
export async function findGroup(on: Connection, name: string): Promise<GroupRow | undefined> {
  const [row] = await on.rows(selectGroup, toSortable(name))
  return row === undefined ? undefined : groupOf(row)
}

/** All partitions of a group, locked in their order. */
export async function lockPartitions(on: Connection, group: GroupRow): Promise<readonly PartitionRow[]> {
  return (await on.rows(selectPartitions, group.id)).map((row) => partitionOfRow(row))
}

function orderOf(order: string): GroupOrder {
  if (order === "stream" || order === "key" || order === "log") return order
  throw new BackendError("corrupt", `a group has the order ${order}: something else wrote to the log's tables`)
}
