import {
  droppedBy,
  type Instant,
  isHeld,
  type Lease,
  leaseKey,
  REPEATS_KEPT,
  type Settled,
  settledParts,
  settleLanes,
  settlePartition,
  type LeaseIssuer,
  stopGroup,
  tooManyLanes,
} from "@millrace/core/backend"

import { edit, editAll, type GroupState, nextToken, type PartitionState, type Repeat } from "./group-state.ts"
import { type SettleRecord, tokensOf } from "./settle-record.ts"

/** A settle that is in the log, and its commit. */
export interface Landed {
  readonly record: SettleRecord
  readonly commit: number | string
  /** When it was stored. */
  readonly at: Instant
}

/**
 * Carries landed settles over to their group, as of the moment at which each was stored: what it leased on to its worker lasts from then, however late this
 * is. One that was carried over before changes nothing.
 */
export function adoptSettles(draft: GroupState, landed: readonly Landed[], now: Instant): void {
  for (const { record, commit, at } of landed) {
    if (record.group !== draft.id || !isInForce(draft, record.lease)) continue
    for (const token of tokensOf(record.lease)) draft.spent.add(token)
    applySettle(draft, record, { now: Math.min(at, now), commit })
  }
}

/** Whether a lease of a group is in force. */
export function isInForce(group: GroupState, lease: Lease): boolean {
  const at = group.partitions[lease.partition]
  return at !== undefined && isHeld(at, lease)
}

/** What this very settlement answered before. */
export function repeatIn(group: GroupState, lease: SettleRecord["lease"]): Repeat | undefined {
  return group.partitions[lease.partition]?.repeats.get(leaseKey(lease))
}

/** Moves a group on by a settle whose lease is in force. `commit`: where its effects are, when it has any. */
export function applySettle(
  draft: GroupState,
  record: SettleRecord,
  { now, commit }: { readonly now: Instant; readonly commit?: number | string },
): Settled {
  const { lease } = record
  const at = edit(draft, lease.partition)
  const before = at.lanes.size
  const parts = record.parts.map(({ verdict }) => verdict)
  const settled = settledParts(record.parts, parts)
  const issuer: LeaseIssuer = { now, nextToken: () => nextToken(draft) }
  const lanes =
    lease.of === "partition"
      ? settlePartition(draft, at, { ...record, parts: settled }, issuer)
      : settleLanes(draft, at, { lanes: lease.lanes, parts: settled }, issuer)
  draft.dropped += droppedBy(record.parts, parts)
  const verdicts = commit === undefined ? parts : { commit }
  const open = draft.partitions.reduce((sum, one) => sum + one.lanes.size, 0)
  const tooMany = at.lanes.size > before && open > draft.maxLanes
  const stop = record.stop ?? (tooMany ? tooManyLanes(open, draft.maxLanes) : undefined)
  if (stop === undefined) {
    remember(at, leaseKey(lease), { verdicts, lanes })
    return { kind: "settled", parts, lanes }
  }
  editAll(draft)
  stopGroup(draft, stop, now)
  at.lease = { ...at.lease, takeovers: 0 }
  const why = record.stop === undefined ? ({ stopped: "max-lanes" } as const) : {}
  remember(at, leaseKey(lease), { verdicts, lanes: [], ...why })
  return { kind: "settled", parts, lanes: [], ...why }
}

function remember(at: PartitionState, key: string, repeat: Repeat): void {
  at.repeats.set(key, repeat)
  for (const oldest of at.repeats.keys()) {
    if (at.repeats.size <= REPEATS_KEPT) return
    at.repeats.delete(oldest)
  }
}
