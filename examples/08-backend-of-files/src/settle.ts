import {
  BackendError,
  checkSettlement,
  droppedBy,
  FREE,
  type LaneChange,
  laneAfterSettle,
  laneDueAt,
  laneOfDeferral,
  laneProgressed,
  type LaneToken,
  lanesToReopen,
  leaseAfterRelease,
  leaseKey,
  outlivesReplay,
  partVerdict,
  type PartVerdict,
  replayRowEnded,
  REPEATS_KEPT,
  type Settled,
  type Settlement,
  type SettlePart,
  type StopReason,
} from "@millrace/core/backend"

import { appendOne } from "./append.ts"
import { nextToken } from "./claim.ts"
import type { Log } from "./log.ts"
import type { GroupRow, LaneRow, PartitionRow } from "./rows.ts"
import { editPartitions, partitionsOf, putLane, replayOf, wantedAbove } from "./waiting.ts"

/** A part and what became of it. */
interface Judged {
  readonly part: SettlePart<never>
  readonly verdict: PartVerdict
}

/** A partition that a settle is in force for. */
interface Held {
  readonly group: GroupRow
  readonly at: PartitionRow
}

export function settle(log: Log, settlement: Settlement<never>): Settled {
  const { lease, parts } = settlement
  const stored = log.tables.groups.get(lease.group)
  const id = stored === undefined ? undefined : partitionsOf(log, stored)[lease.partition]?.id
  if (id === undefined) return { kind: "fenced" }
  const repeated = log.tables.partitions.get(id)?.repeats.find(([key]) => key === leaseKey(lease))
  if (repeated !== undefined) return repeated[1]
  const [group, at] = [log.edit("groups", lease.group), log.edit("partitions", id)]
  const tokens = lease.of === "partition" ? [lease] : lease.lanes
  const leased = lease.of === "partition" ? [at] : lease.lanes.map(({ key }) => laneOf(at, key))
  if (leased.some((held, n) => held?.token !== tokens[n]?.token)) return { kind: "fenced" }
  const isOpen = (key: string): boolean => laneOf(at, key) !== undefined
  checkSettlement(settlement, { order: group.order, checkpoint: at.checkpoint, isOpen })
  if (parts.some(({ work }) => work !== undefined))
    throw new BackendError("unsupported", "files run no work in a settle: see capabilities.tx, and sync elsewhere")
  const judged = parts.map((part) => ({ part, verdict: judgePart(log, part) }))
  if (group.order === "log" && judged.some(({ verdict }) => verdict.kind !== "stored"))
    return nothingStored(log, judged)
  const settled = move(log, { group, at }, settlement, judged)
  at.repeats = [...at.repeats, [leaseKey(lease), settled] as const].slice(-REPEATS_KEPT)
  return settled
}

/** Judges a part by a log that holds the parts before it, and stores it. */
function judgePart(log: Log, { effects }: SettlePart<never>): PartVerdict {
  if (effects === undefined) return { kind: "stored", position: 0, streams: [] }
  return partVerdict(appendOne(log, effects))
}

/** The refused part names the reason for all. */
function nothingStored(log: Log, judged: readonly Judged[]): Settled {
  log.rollback()
  const refused = judged.map(({ verdict }) => verdict).filter(({ kind }) => kind !== "stored")
  const parts = judged.flatMap(({ verdict }) => (verdict.kind === "stored" ? refused.slice(0, 1) : [verdict]))
  return { kind: "settled", parts, lanes: [] }
}

function move(log: Log, { group, at }: Held, settlement: Settlement<never>, judged: readonly Judged[]): Settled {
  const { lease } = settlement
  const parts = judged.map(({ verdict }) => verdict)
  const lanes =
    lease.of === "partition"
      ? movePartition(log, { group, at }, settlement, judged)
      : lease.lanes.flatMap(({ key }) => {
          // In log order a lease has one lane, whatever its worker calls the part.
          const only = group.order === "log" && lease.lanes.length === 1 ? judged[0] : undefined
          return moveLane(log, at, key, only ?? judged.find(({ part }) => part.key === key))
        })
  group.dropped += droppedBy(settlement.parts, parts)
  const [waiting] = wantedAbove(log, group, at, at.checkpoint)
  if (at.lanes.length > 0 || waiting !== undefined) log.tell({ kind: "work" })
  const stop = settlement.stop ?? tooManyLanes(log, group)
  if (stop === undefined) return { kind: "settled", parts, lanes }
  stopGroup(log, group, stop)
  at.lease = { ...at.lease, takeovers: 0 }
  return { kind: "settled", parts, lanes: [], ...(settlement.stop === undefined ? { stopped: "max-lanes" } : {}) }
}

function movePartition(
  log: Log,
  { group, at }: Held,
  settlement: Settlement<never>,
  judged: readonly Judged[],
): readonly LaneToken[] {
  const { checkpoint = at.checkpoint, hold, skipped = [] } = settlement
  const progress = checkpoint > at.checkpoint || hold !== undefined
  at.checkpoint = checkpoint
  if (hold === undefined) delete at.hold
  else at.hold = hold
  const now = log.now()
  const tokens = judged.flatMap(({ part: { key, from, deferral }, verdict }) => {
    if (verdict.kind !== "stored")
      return openLane(
        log,
        at,
        { key, single: false },
        { kind: "keep", lane: laneDueAt(from, now), leaseMs: at.leaseMs },
      )
    if (deferral === undefined) return []
    const single = group.order === "log"
    return openLane(log, at, { key: single ? `@${deferral.position}` : key, single }, laneOfDeferral(deferral, now))
  })
  for (const { key, position } of lanesToReopen(skipped, {
    checkpoint,
    isOpen: (key) => laneOf(at, key) !== undefined,
  }))
    openLane(log, at, { key, single: false }, { kind: "keep", lane: laneDueAt(position, now) })
  at.token = null
  at.lease = leaseAfterRelease(at.lease, progress)
  if (replayRowEnded({ checkpoint, limit: at.replay.limit }))
    at.rows = at.rows.filter(({ replay }) => outlivesReplay(replay, at.replay))
  return tokens
}

function openLane(
  log: Log,
  at: PartitionRow,
  of: { readonly key: string; readonly single: boolean },
  change: LaneChange,
): readonly LaneToken[] {
  if (change.kind === "close") return []
  const { lane, leaseMs } = change
  const replay = replayOf(at, of.key)
  const token = leaseMs === undefined ? null : nextToken(log)
  const lease = leaseMs === undefined ? FREE : { owner: at.lease.owner, until: log.now() + leaseMs, takeovers: 0 }
  putLane(at, { ...of, ...lane, replay, token, lease })
  return token === null ? [] : [{ key: of.key, token }]
}

/** Moves a lane on, or closes it. Without a part it is given back as it was. */
function moveLane(log: Log, at: PartitionRow, key: string, judged: Judged | undefined): readonly LaneToken[] {
  const lane = laneOf(at, key)
  if (lane === undefined) return []
  if (judged === undefined) return release(lane, false)
  // The settled token names this settlement from now on: what the worker decides next is another one.
  if (judged.verdict.kind !== "stored") return [{ key, token: (lane.token = nextToken(log)) }]
  const now = log.now()
  const change = laneAfterSettle(lane, judged.part, { checkpoint: at.checkpoint, now })
  const progress = laneProgressed(lane, change)
  if (change.kind === "close") {
    at.lanes = at.lanes.filter((one) => one !== lane)
    return []
  }
  Object.assign(lane, change.lane)
  if (lane.kept !== undefined && lane.kept.position < lane.next) delete lane.kept
  if (change.leaseMs === undefined) return release(lane, progress)
  lane.lease = { ...lane.lease, until: now + change.leaseMs, takeovers: progress ? 0 : lane.lease.takeovers }
  return [{ key, token: (lane.token = nextToken(log)) }]
}

function release(lane: LaneRow, progress: boolean): readonly LaneToken[] {
  lane.token = null
  lane.lease = leaseAfterRelease(lane.lease, progress)
  return []
}

function laneOf(at: PartitionRow, key: string): LaneRow | undefined {
  return at.lanes.find((lane) => lane.key === key)
}

function tooManyLanes(log: Log, group: GroupRow): StopReason | undefined {
  const open = partitionsOf(log, group).reduce((sum, { lanes }) => sum + lanes.length, 0)
  if (open <= group.maxLanes) return undefined
  return { reason: "max-lanes", error: `${open} lanes are open, at most ${group.maxLanes} may be: see what fails` }
}

/** Stops a group: its leases end, so that nothing in flight is settled. */
export function stopGroup(log: Log, group: GroupRow, why: StopReason): void {
  group.stopped = { ...why, at: log.now() }
  fenceAll(log, group)
}

/** Ends whatever lease a partition or a lane has. */
export function fence(held: PartitionRow | LaneRow): void {
  held.token = null
  held.lease = { ...FREE, takeovers: held.lease.takeovers }
}

export function fenceAll(log: Log, group: GroupRow): void {
  for (const at of editPartitions(log, group)) for (const held of [at, ...at.lanes]) fence(held)
}
