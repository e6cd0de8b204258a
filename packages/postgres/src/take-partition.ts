import {
  type ClaimRequest,
  type GroupWant,
  handledBefore,
  leaseAfterClaim,
  type PartitionSlice,
  type Position,
  type ReplayState,
  type SliceMessage,
  type StoredMessage,
  fromSortable,
  toSortable,
} from "@millrace/core/backend"

import { type PartitionRow, replayOf } from "./group-rows.ts"
import { numberList, textList } from "./list.ts"
import { clockOf, type Log } from "./log.ts"
import type { GroupLook } from "./look.ts"
import { messageOf } from "./message-row.ts"
import { int, text } from "./row.ts"
import { type Scan, scanPartition } from "./scan-partition.ts"
import { selectGroupReplays } from "./sql/select-group-replays.ts"
import { selectReplays } from "./sql/select-replays.ts"
import { takeAt } from "./sql/take-at.ts"
import { takeSlice } from "./sql/take-slice.ts"
import { takeSlices } from "./sql/take-slices.ts"

/** A partition to be taken as it was seen. */
export interface PartitionSeen {
  readonly group: GroupLook
  readonly at: PartitionRow
  readonly want: GroupWant
  readonly request: ClaimRequest
}

/** What was read with the lease. */
interface Taken extends Scan {
  readonly token: number
  readonly messages: readonly StoredMessage[]
  readonly newAbove?: Position | undefined
}

/** More types than that are read by position: a statement for each would be too much to plan. */
const MAX_MERGED_TYPES = 40

/** Leases a partition and reads its next messages; `undefined` when it has changed since it was seen. */
export async function takePartition(log: Log, seen: PartitionSeen): Promise<PartitionSlice | undefined> {
  const taken = isPlain(seen) ? await takeNext(log, seen) : await takeScanned(log, seen)
  return taken === undefined ? undefined : sliceOf(log, seen, taken)
}

/** Whether nothing stands in the way: no lanes, no skips, no types that the process lacks. */
function isPlain({ group, at, want }: PartitionSeen): boolean {
  if (group.row.order !== "stream" || at.lanes > 0 || group.row.marks > 0) return false
  return group.types.size <= MAX_MERGED_TYPES && [...group.types.keys()].every((type) => want.types.includes(type))
}

/** Whether it may be taken together with others. */
export function mayTakeTogether(seen: PartitionSeen): boolean {
  return isPlain(seen) && !seen.at.replays && leaseOf(seen).takeovers === 0
}

/** Leases several partitions of one group and reads their next messages, as `takePartition` would one; those that have changed since they were seen are left out. */
export async function takeTogether(log: Log, all: readonly PartitionSeen[]): Promise<readonly PartitionSlice[]> {
  const [first] = all
  if (first === undefined) return []
  const { group, want, request } = first
  const { processName, bootId } = request.owner
  const rows = await log.database.write.rows(
    takeSlices(group.types.size, log.size.head),
    group.row.id,
    clockOf(log),
    processName,
    bootId,
    Math.ceil(request.leaseMs),
    want.limit,
    numberList(all.map(({ at }) => at.partition)),
    numberList(all.map(({ at }) => at.rev)),
    numberList(all.map(({ at }) => at.checkpoint)),
    ...[...group.types].flat(),
  )
  const byPartition = Map.groupBy(rows, (row) => int(row[0]))
  const slices: PartitionSlice[] = []
  for (const seen of all) {
    const own = byPartition.get(seen.at.partition) ?? []
    const [row] = own
    if (row === undefined) continue
    const messages = own.filter((one) => one[TOGETHER_WIDTH] !== null).map((one) => messageOf(one, TOGETHER_WIDTH))
    slices.push(await nextSlice(log, seen, { token: int(row[1]), head: int(row[2]), messages }))
  }
  return slices
}

/** Rows of several takes begin with partition, token and head. */
const TOGETHER_WIDTH = 3

/** The most messages of its slice: one, where an earlier worker did not come back. */
function limitOf({ at, want, request }: PartitionSeen): number {
  return leaseOf({ at, request }).takeovers > 0 ? 1 : want.limit
}

function leaseOf({ at, request }: Pick<PartitionSeen, "at" | "request">) {
  return leaseAfterClaim(at.lease, { owner: request.owner, now: 0, leaseMs: request.leaseMs })
}

/** The values that every take begins with. */
function leaseValues(log: Log, { group, at, request }: PartitionSeen) {
  const lease = leaseOf({ at, request })
  const { processName, bootId } = request.owner
  const ms = [Math.ceil(lease.until), Math.ceil(request.leaseMs)] as const
  return [group.row.id, at.partition, at.rev, clockOf(log), processName, bootId, ms[0], lease.takeovers, ms[1]] as const
}

/** Nothing stands in the way: the lease and the messages in one statement. */
async function takeNext(log: Log, seen: PartitionSeen): Promise<Taken | undefined> {
  const { group, at } = seen
  const limit = limitOf(seen)
  const types = [...group.types]
  const rows = await log.database.write.rows(
    takeSlice(types.length, log.size.head),
    ...leaseValues(log, seen),
    limit,
    ...types.flatMap(([type, since]) => [type, Math.max(at.checkpoint, since)]),
  )
  const [first] = rows
  if (first === undefined) return undefined
  const messages = rows.filter((row) => row[TAKEN_WIDTH] !== null).map((row) => messageOf(row, TAKEN_WIDTH))
  return nextOf(log, seen, { token: int(first[0]), head: int(first[1]), messages })
}

/** What comes next of a partition in whose way nothing stands. */
export interface Next {
  readonly token: number
  /** Every wanted message at or below the log's head is among these, unless they are as many as were asked for. */
  readonly head: Position
  readonly messages: readonly StoredMessage[]
}

function nextOf(log: Log, seen: PartitionSeen, { token, head, messages }: Next): Taken {
  log.size.head = Math.max(log.size.head, head)
  const last = messages.at(-1)?.position ?? 0
  const scannedTo = messages.length === limitOf(seen) ? last : Math.max(head, last, seen.at.checkpoint)
  const newAbove = log.handedOut.take(seen.group.row.id, seen.at.partition, { token, upto: Math.max(head, last) })
  return { token, messages, positions: [], skipped: [], openLanes: [], scannedTo, newAbove }
}

/** The slice of a partition that was taken with a look. */
export function nextSlice(log: Log, seen: PartitionSeen, next: Next): Promise<PartitionSlice> {
  return sliceOf(log, seen, nextOf(log, seen, next))
}

/** Rows of a take begin with token and head. */
const TAKEN_WIDTH = 2

/** Lanes, skips or lacking types stand in the way: what the slice holds is found first, then leased. */
async function takeScanned(log: Log, seen: PartitionSeen): Promise<Taken | undefined> {
  const scan = await scanPartition(log, seen, limitOf(seen))
  const rows = await log.database.write.rows(takeAt, ...leaseValues(log, seen), numberList(scan.positions))
  const [first] = rows
  if (first === undefined) return undefined
  const messages = rows.filter((row) => row[1] !== null).map((row) => messageOf(row, 1))
  return { ...scan, token: int(first[0]), messages }
}

async function sliceOf(log: Log, seen: PartitionSeen, taken: Taken): Promise<PartitionSlice> {
  const { group, at } = seen
  const { row } = group
  const rows = at.replays && row.order === "stream" ? await replaysOf(log, row.id, taken.messages) : NO_ROWS
  const failures = at.hold?.failures ?? 0
  const lease = leaseOf(seen)
  const keyed = at.replays && row.order === "key" ? await allReplays(log, row.id) : []
  return {
    kind: "slice",
    source: "partition",
    group: row.name,
    lease: { of: "partition", group: row.name, partition: at.partition, token: taken.token },
    messages: taken.messages.map((message, index): SliceMessage => ({
      message,
      handledBefore: handledBefore(rows.get(message.streamId) ?? at.replay, message),
      attempt: index === 0 ? failures + 1 : 1,
    })),
    takeovers: lease.takeovers,
    reemit: row.reemit,
    epoch: row.epoch,
    from: at.checkpoint,
    scannedTo: taken.scannedTo,
    skipped: taken.skipped,
    openLanes: taken.openLanes,
    ...(keyed.length === 0 ? {} : { replayRows: keyed }),
    ...(taken.newAbove === undefined ? {} : { newAbove: taken.newAbove }),
  }
}

const NO_ROWS: ReadonlyMap<string, ReplayState> = new Map()

/** The replay rows of the streams in a slice. They change only by a reset, which ends the lease. */
async function replaysOf(
  log: Log,
  group: number,
  messages: readonly StoredMessage[],
): Promise<ReadonlyMap<string, ReplayState>> {
  const keys = [...new Set(messages.map(({ streamId }) => toSortable(streamId)))]
  const rows = await log.database.read.rows(selectReplays, group, textList(keys))
  return new Map(rows.map((row) => [fromSortable(text(row[0])), replayOf(row[1])]))
}

async function allReplays(log: Log, group: number) {
  const rows = await log.database.read.rows(selectGroupReplays, group, 0)
  return rows.map((row) => ({ key: fromSortable(text(row[0])), replay: replayOf(row[1]) }))
}
