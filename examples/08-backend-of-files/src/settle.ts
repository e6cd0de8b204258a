import {
  BackendError,
  checkSettlement,
  checkSpan,
  droppedBy,
  extendLease,
  isHeld,
  type Lease,
  leaseKey,
  partVerdict,
  type PartVerdict,
  REPEATS_KEPT,
  type Settled,
  settledParts,
  settleLanes,
  type Settlement,
  settlePartition,
  stopGroup,
  tooManyLanes,
} from "@millrace/core/backend"

import { appendOne } from "./append.ts"
import type { Log } from "./log.ts"
import type { GroupRow } from "./rows.ts"
import { partitionIn, wantedAbove } from "./waiting.ts"

export function settle(log: Log, settlement: Settlement<never>): Settled {
  const { lease, parts } = settlement
  const at = log.tables.groups.get(lease.group)?.partitions[lease.partition]
  const repeated = at?.repeats.get(leaseKey(lease))
  if (repeated !== undefined) return repeated
  if (at === undefined || !isHeld(at, lease)) return { kind: "fenced" }
  const { order, partitions } = log.group(lease.group)
  const isOpen = (key: string): boolean => at.lanes.has(key)
  checkSettlement(settlement, { order, partitions: partitions.length, checkpoint: at.checkpoint, isOpen })
  if (parts.some(({ work }) => work !== undefined))
    throw new BackendError("unsupported", "files run no work in a settle: see capabilities.tx, and write elsewhere")
  // Each part is judged by a log that holds those before it.
  const verdicts = parts.map(({ effects }): PartVerdict => {
    return effects === undefined ? { kind: "stored", position: 0, streams: [] } : partVerdict(appendOne(log, effects))
  })
  const refused = verdicts.find(({ kind }) => kind !== "stored")
  if (order === "log" && refused !== undefined) {
    log.rollback()
    return { kind: "settled", parts: verdicts.map((one) => (one.kind === "stored" ? refused : one)), lanes: [] }
  }
  return store(log, log.editGroup(lease.group), settlement, verdicts)
}

function store(log: Log, group: GroupRow, settlement: Settlement<never>, verdicts: readonly PartVerdict[]): Settled {
  const { lease, stop } = settlement
  const at = partitionIn(group, lease)
  const parts = settledParts(settlement.parts, verdicts)
  const issuer = { now: log.now(), nextToken: () => log.nextToken() }
  const lanes =
    lease.of === "partition"
      ? settlePartition(group, at, { ...settlement, parts }, issuer)
      : settleLanes(group, at, { lanes: lease.lanes, parts }, issuer)
  group.dropped += droppedBy(settlement.parts, verdicts)
  const [waiting] = wantedAbove(log, group, at, at.checkpoint)
  if (at.lanes.size > 0 || waiting !== undefined) log.tell({ kind: "work" })
  const open = group.partitions.reduce((sum, one) => sum + one.lanes.size, 0)
  const why = stop ?? (open > group.maxLanes ? tooManyLanes(open, group.maxLanes) : undefined)
  let settled: Settled = { kind: "settled", parts: verdicts, lanes }
  if (why !== undefined) {
    stopGroup(group, why, issuer.now)
    at.lease = { ...at.lease, takeovers: 0 }
    settled = { ...settled, lanes: [], ...(stop === undefined ? { stopped: "max-lanes" } : {}) }
  }
  at.repeats.set(leaseKey(lease), settled)
  for (const oldest of [...at.repeats.keys()].slice(0, -REPEATS_KEPT)) at.repeats.delete(oldest)
  return settled
}

export function extend(log: Log, lease: Lease, leaseMs: number): boolean {
  checkSpan("leaseMs", leaseMs)
  if (log.tables.groups.get(lease.group)?.partitions[lease.partition] === undefined) return false
  return extendLease(partitionIn(log.editGroup(lease.group), lease), lease, log.now() + leaseMs)
}
