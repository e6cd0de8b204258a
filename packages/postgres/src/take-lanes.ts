import {
  type ClaimRequest,
  type GroupWant,
  handledBefore,
  LANES_PER_SLICE,
  type LaneSlice,
  leaseAfterClaim,
  type SliceMessage,
  type StoredMessage,
  takeoversOf,
} from "@millrace/core/backend"

import type { Transaction } from "./database.ts"
import { type PartitionRow, partitionOfRow } from "./group-rows.ts"
import { keptMessage, type LaneRow, laneOf, saveLanes } from "./lane-rows.ts"
import { type LaneAhead, lanesAhead } from "./lanes-ahead.ts"
import { numberList } from "./list.ts"
import { clockOf, type Log } from "./log.ts"
import type { GroupLook, LanesDue } from "./look.ts"
import { messagesOf } from "./read.ts"
import { int } from "./row.ts"
import { savePartitions } from "./save-partitions.ts"
import { lockActivePartition } from "./sql/lock-active-partition.ts"
import { selectByPositions } from "./sql/select-by-positions.ts"
import { selectDueLanes } from "./sql/select-due-lanes.ts"
import { selectMarks } from "./sql/select-marks.ts"

/** Due lanes to be taken. */
export interface LanesSeen {
  readonly group: GroupLook
  readonly due: LanesDue
  readonly want: GroupWant
  readonly request: ClaimRequest
}

/** A slice, or why there is none: somebody was quicker, or the lanes wait for types that this process lacks. */
export type TakenLanes = LaneSlice | { readonly kind: "none"; readonly lacking: ReadonlySet<string> }

/** A lane of a slice and what was read of it. */
interface Scanned {
  readonly lane: LaneRow
  readonly positions: readonly number[]
  readonly scannedTo: number
}

/** Leases the neediest due lane of a partition and, where streams are concerned, others beside it. One that was taken over goes alone, with one message. */
export async function takeLanes(log: Log, seen: LanesSeen): Promise<TakenLanes> {
  return log.database.transaction(async (on) => {
    const lacking = new Set<string>()
    const [row] = await on.rows(lockActivePartition, seen.group.row.id, seen.due.partition, clockOf(log))
    if (row === undefined) return { kind: "none", lacking }
    const now = int(row[0])
    const at = partitionOfRow(row, 1)
    const scans = await scanLanes(log, on, seen, { at, now, lacking })
    if (scans.length === 0) return { kind: "none", lacking }
    return lease(on, seen, { at, now, scans })
  })
}

async function scanLanes(
  log: Log,
  on: Transaction,
  seen: LanesSeen,
  { at, now, lacking }: { readonly at: PartitionRow; readonly now: number; readonly lacking: Set<string> },
): Promise<readonly Scanned[]> {
  const { group, want, request } = seen
  const { row } = group
  const due = async (most: number | null, passed: number): Promise<readonly LaneRow[]> =>
    (await on.rows(selectDueLanes, row.id, at.partition, now, request.owner.processName, most, passed)).map(laneOf)
  const first = await due(LANES_PER_SLICE, 0)
  let reached = await reachable(log, on, seen, { at, lacking, lanes: first })
  // Those in front wait for types that this process lacks: they must not hide those behind them.
  if (reached.length === 0 && first.length === LANES_PER_SLICE)
    reached = await reachable(log, on, seen, { at, lacking, lanes: await due(null, LANES_PER_SLICE) })
  const chosen = reached.filter((lane, index) => index === 0 || takeoversOf(lane.lease) === 0).slice(0, LANES_PER_SLICE)
  const marks = new Set(row.marks === 0 ? [] : (await on.rows(selectMarks, row.id)).map((mark) => int(mark[0])))
  const ahead = await lanesAhead(on, { group, at, lanes: chosen, partitions: log.partitions, limit: want.limit })
  const handled = new Set(want.types)
  const scans: Scanned[] = []
  let left = want.limit
  for (const lane of chosen) {
    if (left === 0) break
    const single = takeoversOf(lane.lease) > 0
    const scanned = scan(lane, ahead.get(lane.key) ?? [], {
      at,
      handled,
      marks,
      limit: single ? 1 : left,
      cut: want.limit,
      lacking,
    })
    scans.push(scanned)
    left -= scanned.positions.length
    if (single) break
  }
  return scans
}

/** Those of some lanes whose next message is of a type that this process handles. Outside stream order the first of them: a slice has one. */
async function reachable(
  log: Log,
  on: Transaction,
  { group, want }: LanesSeen,
  {
    at,
    lacking,
    lanes,
  }: { readonly at: PartitionRow; readonly lacking: Set<string>; readonly lanes: readonly LaneRow[] },
): Promise<readonly LaneRow[]> {
  const handled = new Set(want.types)
  const apart = group.row.order !== "stream"
  // The type of a message that a trim has left to a lane may have left the group.
  const kept = lanes.flatMap((lane) => keptMessage(lane)?.type ?? [])
  if ([...group.types.keys(), ...kept].every((type) => handled.has(type))) return apart ? lanes.slice(0, 1) : lanes
  const look = async (some: readonly LaneRow[]): Promise<readonly LaneRow[]> => {
    const ahead = await lanesAhead(on, { group, at, lanes: some, partitions: log.partitions, limit: 0 })
    return some.filter(({ key }) => {
      const type = ahead.get(key)?.[0]?.type
      if (type === undefined || handled.has(type)) return true
      lacking.add(type)
      return false
    })
  }
  if (!apart) return look(lanes)
  for (const lane of lanes) if ((await look([lane])).length > 0) return [lane]
  return []
}

/** Reads a lane: messages at or below its partition's checkpoint only, so that it and a slice in flight never hold the same one. */
function scan(
  lane: LaneRow,
  ahead: readonly LaneAhead[],
  how: {
    readonly at: PartitionRow
    readonly handled: ReadonlySet<string>
    readonly marks: ReadonlySet<number>
    readonly limit: number
    /** How many at most were read ahead. */
    readonly cut: number
    readonly lacking: Set<string>
  },
): Scanned {
  const positions: number[] = []
  const end = lane.single ? lane.next : how.at.checkpoint
  let scannedTo = ahead.length > how.cut ? (ahead.at(-1)?.position ?? end) : end
  for (const { position, type } of ahead) {
    if (!how.handled.has(type)) {
      how.lacking.add(type)
      scannedTo = position - 1
      break
    }
    if (how.marks.has(position)) continue
    positions.push(position)
    if (positions.length === how.limit) {
      scannedTo = position
      break
    }
  }
  return { lane, positions, scannedTo }
}

async function lease(
  on: Transaction,
  { group, request }: LanesSeen,
  { at, now, scans }: { readonly at: PartitionRow; readonly now: number; readonly scans: readonly Scanned[] },
): Promise<LaneSlice> {
  const { row } = group
  const leased = scans.map(({ lane }, index): LaneRow & { readonly token: number } => ({
    ...lane,
    lease: leaseAfterClaim(lane.lease, { owner: request.owner, now, leaseMs: request.leaseMs }),
    token: at.tokens + index + 1,
  }))
  await saveLanes(on, row.id, leased)
  await savePartitions(on, row.id, [{ ...at, tokens: at.tokens + leased.length, leaseMs: request.leaseMs }])
  const wanted = scans.flatMap(({ positions }) => positions)
  const stored = messagesOf(await on.rows(selectByPositions, numberList([...new Set(wanted)])))
  const byPosition = new Map(stored.map((message) => [message.position, message]))
  const messages = scans.flatMap((scanned) => laneMessages(scanned, byPosition))
  return {
    kind: "slice",
    source: "lanes",
    group: row.name,
    lease: {
      of: "lanes",
      group: row.name,
      partition: at.partition,
      lanes: leased.map(({ key, token }) => ({ key, token })),
    },
    messages: messages.toSorted((a, b) => a.message.position - b.message.position),
    takeovers: leased[0]?.lease.takeovers ?? 0,
    reemit: row.reemit,
    epoch: row.epoch,
    lanes: scans.map(({ lane, scannedTo }) => ({ key: lane.key, next: lane.next, scannedTo })),
  }
}

function laneMessages(
  { lane, positions }: Scanned,
  stored: ReadonlyMap<number, StoredMessage>,
): readonly SliceMessage[] {
  const kept = keptMessage(lane)
  return positions.flatMap((position) => {
    const message = kept?.position === position ? kept : stored.get(position)
    if (message === undefined) return []
    const attempt = position === lane.next ? lane.failures + 1 : 1
    return [{ message, handledBefore: handledBefore(lane.replay, message), attempt }]
  })
}
