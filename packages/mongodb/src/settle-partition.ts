import {
  FREE,
  type Instant,
  type LaneChange,
  laneDueAt,
  laneOfDeferral,
  lanesToReopen,
  type LaneToken,
  leaseAfterRelease,
  outlivesReplay,
  replayRowEnded,
} from "@millrace/core/backend"

import { type GroupState, nextToken, type PartitionState } from "./group-state.ts"
import type { RecordedPart, SettleRecord } from "./settle-record.ts"

/** Moves a partition's checkpoint and opens the lanes that its settle asks for. Answers the lanes leased on to the same owner. */
export function settlePartition(
  group: GroupState,
  at: PartitionState,
  record: SettleRecord,
  now: Instant,
): readonly LaneToken[] {
  const checkpoint = record.checkpoint ?? at.checkpoint
  const progress = checkpoint > at.checkpoint || record.hold !== undefined
  at.checkpoint = checkpoint
  at.hold = record.hold ?? null
  const tokens = record.parts.flatMap((part) => openedBy(group, at, part, now))
  const reopen = lanesToReopen(record.skipped ?? [], { checkpoint, isOpen: (key) => at.lanes.has(key) })
  for (const { key, position } of reopen)
    open(group, at, { key, change: { kind: "keep", lane: laneDueAt(position, now) }, now })
  at.token = null
  at.lease = leaseAfterRelease(at.lease, progress)
  if (replayRowEnded({ checkpoint, limit: at.replay.limit })) dropRows(at)
  return tokens
}

function dropRows(at: PartitionState): void {
  for (const [key, row] of at.rows) if (!outlivesReplay(row, at.replay)) at.rows.delete(key)
}

/** A part that could not be stored is a lane of the same worker; a deferral says itself what it wants. */
function openedBy(group: GroupState, at: PartitionState, part: RecordedPart, now: Instant): readonly LaneToken[] {
  if (part.verdict.kind !== "stored") {
    const change: LaneChange = { kind: "keep", lane: laneDueAt(part.from, now), leaseMs: at.leaseMs }
    return open(group, at, { key: part.key, change, now })
  }
  if (part.deferral === undefined) return []
  const single = group.order === "log"
  const key = single ? `@${part.deferral.position}` : part.key
  return open(group, at, { key, change: laneOfDeferral(part.deferral, now), now, single })
}

function open(
  group: GroupState,
  at: PartitionState,
  {
    key,
    change,
    now,
    single = false,
  }: { readonly key: string; readonly change: LaneChange; readonly now: Instant; readonly single?: boolean },
): readonly LaneToken[] {
  if (change.kind === "close") return []
  const { lane, leaseMs } = change
  const replay = at.rows.get(key) ?? at.replay
  if (leaseMs === undefined) {
    at.lanes.set(key, { key, single, replay, at: lane, token: null, lease: FREE })
    return []
  }
  const token = nextToken(group)
  const lease = { owner: at.lease.owner, until: now + leaseMs, takeovers: 0 }
  at.lanes.set(key, { key, single, replay, at: lane, token, lease })
  return [{ key, token }]
}
