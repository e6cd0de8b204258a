import {
  laneAfterSettle,
  laneProgressed,
  leaseAfterRelease,
  type Lease,
  type PartVerdict,
  type Settlement,
  type SettlePart,
} from "@millrace/core/backend"

import type { SettleChange } from "./conclude-settle.ts"
import type { Held } from "./held-lease.ts"
import { keptMessage, type LaneRow } from "./lane-rows.ts"
import type { PostgresTx } from "./tx.ts"

/** A part and what became of it. */
interface Judged {
  readonly part: SettlePart<PostgresTx>
  readonly verdict: PartVerdict | undefined
}

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
  const judged = parts.map((part, index): Judged => ({ part, verdict: verdicts[index] }))
  // A lease in log order has one lane, whatever its worker calls the part.
  const only = group.order === "log" && lease.lanes.length === 1 ? judged[0] : undefined
  const byKey = new Map(judged.map((one) => [one.part.key, one]))
  const kept: LaneRow[] = []
  const closed: string[] = []
  const leased: { key: string; token: number }[] = []
  let tokens = at.tokens
  for (const { key } of lease.lanes) {
    const lane = lanes.get(key)
    if (lane === undefined) continue
    const next = after(lane, only ?? byKey.get(key), { checkpoint: at.checkpoint, now })
    if (next === undefined) {
      closed.push(key)
      continue
    }
    if (next.leased) {
      tokens += 1
      leased.push({ key, token: tokens })
    }
    kept.push({ ...next.lane, token: next.leased ? tokens : null })
  }
  return { at: { ...at, tokens }, lanes: kept, closed, tokens: leased }
}

/** A lane after its part; `undefined` when it closes. `leased`: it stays with its worker, under a new token. */
function after(
  lane: LaneRow,
  judged: Judged | undefined,
  { checkpoint, now }: { readonly checkpoint: number; readonly now: number },
): { readonly lane: LaneRow; readonly leased: boolean } | undefined {
  if (judged === undefined) return { lane: { ...lane, lease: leaseAfterRelease(lane.lease, false) }, leased: false }
  // The settled token names this settlement from now on: what the worker decides next is another one.
  if (judged.verdict !== undefined && judged.verdict.kind !== "stored") return { lane, leased: true }
  const change = laneAfterSettle(lane, judged.part, { checkpoint, now })
  if (change.kind === "close") return undefined
  const progress = laneProgressed(lane, change)
  const passed = (keptMessage(lane)?.position ?? Number.POSITIVE_INFINITY) < change.lane.next
  const moved: LaneRow = { ...lane, ...change.lane, kept: passed ? null : lane.kept }
  if (change.leaseMs === undefined)
    return { lane: { ...moved, lease: leaseAfterRelease(lane.lease, progress) }, leased: false }
  const lease = { ...lane.lease, until: now + change.leaseMs, takeovers: progress ? 0 : lane.lease.takeovers }
  return { lane: { ...moved, lease }, leased: true }
}
