import {
  FREE,
  type LaneChange,
  laneDueAt,
  laneOfDeferral,
  lanesToReopen,
  type LaneToken,
  leaseAfterRelease,
  outlivesReplay,
  replayRowEnded,
  type Settlement,
} from "@millrace/core/backend"

import type { Work } from "./change.ts"
import type { GroupState, PartitionState } from "./group-state.ts"
import type { Held, JudgedPart } from "./settle.ts"
import type { RedisTx } from "./tx.ts"

/** Moves a partition's checkpoint and opens the lanes that its settle asks for. Answers the lanes leased on to the same owner. */
export function settlePartition(
  work: Work,
  { group, at }: Held,
  settlement: Settlement<RedisTx>,
  judged: readonly JudgedPart[],
): readonly LaneToken[] {
  const { now } = work
  const checkpoint = settlement.checkpoint ?? at.checkpoint
  const progress = checkpoint > at.checkpoint || settlement.hold !== undefined
  at.checkpoint = checkpoint
  at.hold = settlement.hold ?? null
  const tokens = judged.flatMap((one) => openedBy(work, group, at, one))
  const reopen = lanesToReopen(settlement.skipped ?? [], { checkpoint, isOpen: (key) => at.lanes.has(key) })
  for (const { key, position } of reopen) open(work, at, key, { kind: "keep", lane: laneDueAt(position, now) })
  at.token = null
  at.lease = leaseAfterRelease(at.lease, progress)
  if (replayRowEnded({ checkpoint, limit: at.replay.limit })) dropRows(at)
  if (!progress || at.lanes.size > 0) work.news.work = true
  return tokens
}

function dropRows(at: PartitionState): void {
  for (const [key, row] of at.rows) if (!outlivesReplay(row, at.replay)) at.rows.delete(key)
}

/** A part that could not be stored is a lane of the same worker; a deferral says itself what it wants. */
function openedBy(
  work: Work,
  group: GroupState,
  at: PartitionState,
  { part, refused }: JudgedPart,
): readonly LaneToken[] {
  if (refused !== undefined) {
    const change: LaneChange = { kind: "keep", lane: laneDueAt(part.from, work.now), leaseMs: at.leaseMs }
    return open(work, at, part.key, change)
  }
  if (part.deferral === undefined) return []
  const key = group.order === "log" ? `@${part.deferral.position}` : part.key
  return open(work, at, key, laneOfDeferral(part.deferral, work.now), group.order === "log")
}

function open(work: Work, at: PartitionState, key: string, change: LaneChange, single = false): readonly LaneToken[] {
  if (change.kind === "close") return []
  const { lane, leaseMs } = change
  const replay = at.rows.get(key) ?? at.replay
  if (leaseMs === undefined) {
    at.lanes.set(key, { key, single, replay, at: lane, token: null, lease: FREE })
    return []
  }
  const token = work.nextToken()
  const lease = { owner: at.lease.owner, until: work.now + leaseMs, takeovers: 0 }
  at.lanes.set(key, { key, single, replay, at: lane, token, lease })
  return [{ key, token }]
}
