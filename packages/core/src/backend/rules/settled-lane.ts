import type { Instant, Position } from "../../message/ids.ts"
import { laneAfterSettle, laneProgressed, type LaneState } from "./lane-after-settle.ts"
import { leaseAfterRelease, type LeaseState } from "./lease-state.ts"
import type { SettledPart } from "./settled-parts.ts"

/** What becomes of a lane at its lease's settle. `leased`: it stays with its owner, under a new token. */
export type SettledLane =
  | { readonly kind: "close" }
  | { readonly kind: "keep"; readonly at: LaneState; readonly lease: LeaseState; readonly leased: boolean }

/** Moves a lane on by its part, or closes it. Without a part it is given back as it was. */
export function settledLane(
  { at, single, lease }: { readonly at: LaneState; readonly single: boolean; readonly lease: LeaseState },
  part: SettledPart | undefined,
  { checkpoint, now }: { readonly checkpoint: Position; readonly now: Instant },
): SettledLane {
  if (part === undefined) return { kind: "keep", at, lease: leaseAfterRelease(lease, false), leased: false }
  // The settled token names this settlement from now on: what the worker decides next is another one.
  if (!part.stored) return { kind: "keep", at, lease, leased: true }
  const change = laneAfterSettle({ ...at, single }, part, { checkpoint, now })
  if (change.kind === "close") return change
  const released = leaseAfterRelease(lease, laneProgressed(at, change))
  if (change.leaseMs === undefined) return { kind: "keep", at: change.lane, lease: released, leased: false }
  const until = now + change.leaseMs
  return { kind: "keep", at: change.lane, lease: { ...lease, until, takeovers: released.takeovers }, leased: true }
}
