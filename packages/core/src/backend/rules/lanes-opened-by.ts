import type { Instant, Position } from "../../message/ids.ts"
import type { GroupOrder } from "../../stream/group-order.ts"
import type { Skipped } from "../claim.ts"
import { type LaneState, laneDueAt, laneOfDeferral } from "./lane-after-settle.ts"
import { lanesToReopen } from "./lanes-to-reopen.ts"
import type { SettledPart } from "./settled-parts.ts"

/** A lane that opens. `leaseMs`: leased to the settling owner for that long, with a token that goes into the result. */
export interface LaneOpening {
  readonly key: string
  readonly single: boolean
  readonly lane: LaneState
  readonly leaseMs: number | undefined
}

/** What a partition's settle opens lanes by. `skipped`: what its slice had left to lanes. */
export interface LaneOpeners {
  readonly checkpoint: Position
  readonly parts: readonly SettledPart[]
  readonly skipped: readonly Skipped[] | undefined
}

/** The lanes that a partition's settle opens. `leaseMs`: what its slice was leased for. */
export function lanesOpenedBy(
  { checkpoint, parts, skipped = [] }: LaneOpeners,
  {
    isOpen,
    ...at
  }: {
    readonly order: GroupOrder
    readonly leaseMs: number
    readonly now: Instant
    readonly isOpen: (key: string) => boolean
  },
): readonly LaneOpening[] {
  const opened = parts.flatMap((part) => laneOpenedBy(part, at) ?? [])
  const keys = new Set(opened.map(({ key }) => key))
  const again = lanesToReopen(skipped, { checkpoint, isOpen: (key) => keys.has(key) || isOpen(key) })
  return [
    ...opened,
    ...again.map(({ key, position }) => ({
      key,
      single: false,
      lane: laneDueAt(position, at.now),
      leaseMs: undefined,
    })),
  ]
}

/** A part that could not be stored is a lane of the same worker; a deferral says itself what it wants. */
function laneOpenedBy(
  { key, from, deferral, stored }: SettledPart,
  { order, leaseMs, now }: { readonly order: GroupOrder; readonly leaseMs: number; readonly now: Instant },
): LaneOpening | undefined {
  if (!stored) return { key, single: false, lane: laneDueAt(from, now), leaseMs }
  if (deferral === undefined) return undefined
  const change = laneOfDeferral(deferral, now)
  const single = order === "log"
  return { key: single ? `@${deferral.position}` : key, single, lane: change.lane, leaseMs: change.leaseMs }
}
