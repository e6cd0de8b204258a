import {
  type Lease,
  partsByLane,
  type PartVerdict,
  settledLane,
  settledParts,
  type Settlement,
} from "@millrace/core/backend"

import type { SettleChange } from "./conclude-settle.ts"
import type { Held } from "./held-lease.ts"
import { keptMessage, type LaneRow } from "./lane-rows.ts"
import type { PostgresTx } from "./tx.ts"

/** Moves lanes on, or closes them. A lane without a part is given back as it was. */
export function settleLanes(
  { group, at, lanes }: Held,
  { parts }: Settlement<PostgresTx>,
  {
    lease,
    verdicts,
    now,
  }: {
    readonly lease: Extract<Lease, { readonly of: "lanes" }>
    readonly verdicts: readonly PartVerdict[]
    readonly now: number
  },
): SettleChange {
  const byLane = partsByLane(settledParts(parts, verdicts), { order: group.order, lanes: lease.lanes })
  const kept: LaneRow[] = []
  const closed: string[] = []
  const leased: { key: string; token: number }[] = []
  let tokens = at.tokens
  for (const { key } of lease.lanes) {
    const lane = lanes.get(key)
    if (lane === undefined) continue
    const after = settledLane({ ...lane, at: lane }, byLane.get(key), { checkpoint: at.checkpoint, now })
    if (after.kind === "close") {
      closed.push(key)
      continue
    }
    if (after.leased) {
      tokens += 1
      leased.push({ key, token: tokens })
    }
    const passed = (keptMessage(lane)?.position ?? Number.POSITIVE_INFINITY) < after.at.next
    const token = after.leased ? tokens : null
    kept.push({ ...lane, ...after.at, lease: after.lease, kept: passed ? null : lane.kept, token })
  }
  return { at: { ...at, tokens }, lanes: kept, closed, tokens: leased }
}
