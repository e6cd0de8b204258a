import {
  BackendError,
  checkSettlement,
  droppedBy,
  leaseKey,
  type LaneToken,
  partsByLane,
  type PartVerdict,
  partVerdict,
  REPEATS_KEPT,
  type Settled,
  type SettledPart,
  settledParts,
  type Settlement,
  type SettlePart,
  tooManyLanes,
} from "@millrace/core/backend"

import { appendOne } from "./append.ts"
import { stopGroup } from "./leases.ts"
import type { Log } from "./log.ts"
import { laneOf, moveLane, movePartition } from "./move-lanes.ts"
import type { GroupRow, PartitionRow } from "./rows.ts"
import { partitionsOf, wantedAbove } from "./waiting.ts"

/** A part and what became of it. */
export interface Judged {
  readonly part: SettlePart<never>
  readonly verdict: PartVerdict
}

/** A partition that a settle is in force for. */
export interface Held {
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
  const settled = settledParts(settlement.parts, parts)
  const lanes =
    lease.of === "partition"
      ? movePartition(log, { group, at }, settlement, settled)
      : moveLanes(log, { group, at }, lease.lanes, settled)
  group.dropped += droppedBy(settlement.parts, parts)
  const [waiting] = wantedAbove(log, group, at, at.checkpoint)
  if (at.lanes.length > 0 || waiting !== undefined) log.tell({ kind: "work" })
  const open = partitionsOf(log, group).reduce((sum, one) => sum + one.lanes.length, 0)
  const stop = settlement.stop ?? (open > group.maxLanes ? tooManyLanes(open, group.maxLanes) : undefined)
  if (stop === undefined) return { kind: "settled", parts, lanes }
  stopGroup(log, group, stop)
  at.lease = { ...at.lease, takeovers: 0 }
  return { kind: "settled", parts, lanes: [], ...(settlement.stop === undefined ? { stopped: "max-lanes" } : {}) }
}

function moveLanes(
  log: Log,
  { group: { order }, at }: Held,
  lanes: readonly LaneToken[],
  parts: readonly SettledPart[],
): readonly LaneToken[] {
  const byLane = partsByLane(parts, { order, lanes })
  return lanes.flatMap(({ key }) => moveLane(log, at, key, byLane.get(key)))
}
