import type { LaneToken } from "../backend/claim.ts"
import { type LaneChange, laneDueAt, laneOfDeferral } from "../backend/rules/lane-after-settle.ts"
import { lanesToReopen } from "../backend/rules/lanes-to-reopen.ts"
import { FREE, leaseAfterRelease } from "../backend/rules/lease-state.ts"
import { outlivesReplay, replayRowEnded } from "../backend/rules/replay-row-ended.ts"
import type { Settlement } from "../backend/settle.ts"
import { nextToken } from "./find-group.ts"
import type { GroupState, PartitionState } from "./group-state.ts"
import type { JudgedPart } from "./judge-parts.ts"
import type { LogState } from "./log-state.ts"
import type { Held } from "./settle.ts"
import type { MemoryTx } from "./user-tables.ts"

/** Moves a partition's checkpoint and opens the lanes that its settle asks for. Answers the lanes leased on to the same owner. */
export function settlePartition(
  log: LogState,
  { group, at }: Held,
  settlement: Settlement<MemoryTx>,
  judged: readonly JudgedPart[],
): readonly LaneToken[] {
  const now = log.clock.now()
  const checkpoint = settlement.checkpoint ?? at.checkpoint
  const progress = checkpoint > at.checkpoint || settlement.hold !== undefined
  at.checkpoint = checkpoint
  at.hold = settlement.hold ?? null
  const tokens = judged.flatMap((one) => openedBy(log, group, at, one))
  const reopen = lanesToReopen(settlement.skipped ?? [], { checkpoint, isOpen: (key) => at.lanes.has(key) })
  for (const { key, position } of reopen) open(log, at, key, { kind: "keep", lane: laneDueAt(position, now) })
  at.token = null
  at.lease = leaseAfterRelease(at.lease, progress)
  if (replayRowEnded({ checkpoint, limit: at.replay.limit })) dropRows(at)
  return tokens
}

function dropRows(at: PartitionState): void {
  for (const [key, row] of at.rows) if (!outlivesReplay(row, at.replay)) at.rows.delete(key)
}

/** A part that could not be stored is a lane of the same worker; a deferral says itself what it wants. */
function openedBy(
  log: LogState,
  group: GroupState,
  at: PartitionState,
  { part, refused }: JudgedPart,
): readonly LaneToken[] {
  const now = log.clock.now()
  if (refused !== undefined) {
    const change: LaneChange = { kind: "keep", lane: laneDueAt(part.from, now), leaseMs: at.leaseMs }
    return open(log, at, part.key, change)
  }
  if (part.deferral === undefined) return []
  const key = group.order === "log" ? `@${part.deferral.position}` : part.key
  return open(log, at, key, laneOfDeferral(part.deferral, now), group.order === "log")
}

function open(
  log: LogState,
  at: PartitionState,
  key: string,
  change: LaneChange,
  single = false,
): readonly LaneToken[] {
  if (change.kind === "close") return []
  const { lane, leaseMs } = change
  const replay = at.rows.get(key) ?? at.replay
  if (leaseMs === undefined) {
    at.lanes.set(key, { key, single, replay, at: lane, token: null, lease: FREE })
    return []
  }
  const token = nextToken(log)
  const lease = { owner: at.lease.owner, until: log.clock.now() + leaseMs, takeovers: 0 }
  at.lanes.set(key, { key, single, replay, at: lane, token, lease })
  return [{ key, token }]
}
