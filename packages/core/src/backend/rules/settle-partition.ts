import type { Instant } from "../../message/ids.ts"
import type { LaneToken } from "../claim.ts"
import type { Settlement } from "../settle.ts"
import { lanesOpenedBy } from "./lanes-opened-by.ts"
import { FREE, leaseAfterRelease } from "./lease-state.ts"
import type { LoadedGroup, LoadedPartition } from "./loaded-group.ts"
import { outlivesReplay, replayRowEnded } from "./replay-row-ended.ts"
import type { SettledPart } from "./settled-parts.ts"

/** A settlement whose parts were judged. */
export interface JudgedSettlement extends Pick<Settlement, "checkpoint" | "skipped" | "hold"> {
  readonly parts: readonly SettledPart[]
}

/** What the storage brings to leases: its clock, and tokens that were never given out. */
export interface LeaseIssuer {
  readonly now: Instant
  readonly nextToken: () => number
}

/** Moves a partition's checkpoint and opens the lanes that its settle asks for. Answers the lanes leased on to the same owner. */
export function settlePartition(
  { order }: Pick<LoadedGroup, "order">,
  at: LoadedPartition,
  { checkpoint = at.checkpoint, skipped, hold, parts }: JudgedSettlement,
  { now, nextToken }: LeaseIssuer,
): readonly LaneToken[] {
  const progress = checkpoint > at.checkpoint || hold !== undefined
  const { leaseMs } = at
  const isOpen = (key: string): boolean => at.lanes.has(key)
  const openings = lanesOpenedBy({ checkpoint, parts, skipped }, { order, leaseMs, now, isOpen })
  const tokens = openings.flatMap(({ key, single, lane, leaseMs: lasts }): readonly LaneToken[] => {
    const opened = { key, single, replay: at.rows.get(key) ?? at.replay, at: lane }
    if (lasts === undefined) {
      at.lanes.set(key, { ...opened, token: null, lease: FREE })
      return []
    }
    const token = nextToken()
    at.lanes.set(key, { ...opened, token, lease: { owner: at.lease.owner, until: now + lasts, takeovers: 0 } })
    return [{ key, token }]
  })
  at.checkpoint = checkpoint
  at.hold = hold ?? null
  at.token = null
  at.lease = leaseAfterRelease(at.lease, progress)
  if (replayRowEnded({ checkpoint, limit: at.replay.limit })) dropRows(at)
  return tokens
}

function dropRows(at: LoadedPartition): void {
  for (const [key, row] of at.rows) if (!outlivesReplay(row, at.replay)) at.rows.delete(key)
}
