import type { Instant, Position } from "../../message/ids.ts"
import type { Deferral, SettlePart } from "../settle.ts"

/** Where a lane stands, apart from its lease and its replay state. */
export interface LaneState {
  readonly status: "retrying" | "parked"
  readonly next: Position
  /** Claimable from then on, on the storage's clock. Meaningless while parked. */
  readonly retryAt: Instant
  /** Failures of the message at `next`. */
  readonly failures: number
  readonly error: string | null
}

/** What becomes of a lane. `leaseMs`: leased on to the settling owner for that long (from now), with a new token that goes into the result. */
export type LaneChange =
  | { readonly kind: "close" }
  | { readonly kind: "keep"; readonly lane: LaneState; readonly leaseMs?: number }

/** A lane as a deferral asks for it: opened by a partition's settle, or moved on by its own. */
export function laneOfDeferral(deferral: Deferral, now: Instant): Extract<LaneChange, { readonly kind: "keep" }> {
  const { position: next, failures } = deferral
  const error = deferral.error ?? null
  switch (deferral.as) {
    case "park":
      return { kind: "keep", lane: { status: "parked", next, retryAt: now, failures, error } }
    case "retry":
      return { kind: "keep", lane: { status: "retrying", next, retryAt: deferral.retryAt, failures, error } }
    case "hand-over":
      return {
        kind: "keep",
        lane: { status: "retrying", next, retryAt: now, failures, error },
        leaseMs: deferral.leaseMs,
      }
  }
}

/** A lane that opens because a part could not be stored, or because a slice had left its stream to a lane that has closed meanwhile. */
export function laneDueAt(next: Position, now: Instant): LaneState {
  return { status: "retrying", next, retryAt: now, failures: 0, error: null }
}

/**
 * What becomes of a lane whose part was stored. It closes only when it is done up to its partition's checkpoint *of this moment* (a slice
 * may have passed the stream since the lane was claimed; a slice still in flight names the stream and opens it again); otherwise it stays, due at once. A `single` lane closes behind its
 * one message. Not for parts that were not stored: then the lane stays as it is and keeps its lease, with a new token.
 */
export function laneAfterSettle(
  lane: LaneState & { readonly single: boolean },
  part: Pick<SettlePart, "doneTo" | "deferral">,
  { checkpoint, now }: { readonly checkpoint: Position; readonly now: Instant },
): LaneChange {
  if (part.deferral !== undefined) return laneOfDeferral(part.deferral, now)
  const doneTo = part.doneTo ?? lane.next - 1
  if (doneTo >= (lane.single ? lane.next : checkpoint)) return { kind: "close" }
  if (doneTo < lane.next) {
    const { status, next, retryAt, failures, error } = lane
    return { kind: "keep", lane: { status, next, retryAt, failures, error } }
  }
  return { kind: "keep", lane: laneDueAt(doneTo + 1, now) }
}

/** Whether a lane has got on, so that its take-overs are forgotten: it moved, or a failure was counted, or it was parked. */
export function laneProgressed(before: LaneState, change: LaneChange): boolean {
  if (change.kind === "close") return true
  const { next, failures, status } = change.lane
  return next > before.next || failures > before.failures || status === "parked"
}
