import {
  droppedBy,
  type Instant,
  leaseKey,
  REPEATS_KEPT,
  type PartVerdict,
  type Settled,
  type StopReason,
} from "@millrace/core/backend"

import { edit, type GroupState, type Lane, partitionAt, type PartitionState, type Repeat } from "./group-state.ts"
import { settleLanes } from "./settle-lanes.ts"
import { settlePartition } from "./settle-partition.ts"
import { type SettleRecord, tokensOf } from "./settle-record.ts"
import { stopGroup } from "./stop-group.ts"

/** A settle that is in the log, and its commit. */
export interface Landed {
  readonly record: SettleRecord
  readonly commit: number | string
}

/** Carries landed settles over to their group. One that was carried over before changes nothing. */
export function adoptSettles(draft: GroupState, landed: readonly Landed[], now: Instant): void {
  for (const { record, commit } of landed) {
    if (record.group !== draft.id || heldBy(draft, record.lease) === undefined) continue
    for (const token of tokensOf(record.lease)) draft.spent.add(token)
    applySettle(draft, record, { now, commit })
  }
}

/** Where a settlement applies: its lease is in force. `lanes` are those of a lease of lanes. */
export interface Held {
  readonly at: PartitionState
  readonly lanes: readonly Lane[]
}

/** What the token gives access to; `undefined` when it has passed to somebody else. */
export function heldBy(group: GroupState, lease: SettleRecord["lease"]): Held | undefined {
  if (group.partitions[lease.partition] === undefined) return undefined
  const at = partitionAt(group, lease.partition)
  if (lease.of === "partition") return at.token === lease.token ? { at, lanes: [] } : undefined
  const lanes = lease.lanes.flatMap(({ key, token }) => {
    const lane = at.lanes.get(key)
    return lane?.token === token ? [lane] : []
  })
  return lanes.length === lease.lanes.length ? { at, lanes } : undefined
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
  const lanes =
    lease.of === "partition"
      ? settlePartition(draft, at, record, now)
      : settleLanes(draft, at, { record, lanes: lease.lanes, now })
  const parts: readonly PartVerdict[] = record.parts.map(({ verdict }) => verdict)
  draft.dropped += droppedBy(record.parts, parts)
  const verdicts = commit === undefined ? parts : { commit }
  const stop = record.stop ?? tooManyLanes(draft)
  if (stop === undefined) {
    remember(at, leaseKey(lease), { verdicts, lanes })
    return { kind: "settled", parts, lanes }
  }
  stopGroup(draft, stop, now)
  const stopped = edit(draft, lease.partition)
  stopped.lease = { ...stopped.lease, takeovers: 0 }
  const why = record.stop === undefined ? ({ stopped: "max-lanes" } as const) : {}
  remember(stopped, leaseKey(lease), { verdicts, lanes: [], ...why })
  return { kind: "settled", parts, lanes: [], ...why }
}

function tooManyLanes(group: GroupState): StopReason | undefined {
  const open = group.partitions.reduce((sum, { lanes }) => sum + lanes.size, 0)
  if (open <= group.maxLanes) return undefined
  return {
    reason: "max-lanes",
    error: `${open} lanes are open, at most ${group.maxLanes} may be: see what fails first`,
  }
}

function remember(at: PartitionState, key: string, repeat: Repeat): void {
  at.repeats.set(key, repeat)
  for (const oldest of at.repeats.keys()) {
    if (at.repeats.size <= REPEATS_KEPT) return
    at.repeats.delete(oldest)
  }
}
