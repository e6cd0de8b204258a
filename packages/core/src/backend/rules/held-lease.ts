import type { LaneToken, Lease } from "../claim.ts"
import type { LoadedLane, LoadedPartition } from "./loaded-group.ts"

/** Whether a lease is in force: its tokens, all of them, have not passed to somebody else. */
export function isHeld(at: LoadedPartition, lease: Lease): boolean {
  if (lease.of === "partition") return at.token === lease.token
  return heldLanes(at, lease.lanes) !== undefined
}

/** The lanes that a lease of lanes holds; `undefined` when one of them has passed to somebody else. */
export function heldLanes(at: LoadedPartition, lanes: readonly LaneToken[]): readonly LoadedLane[] | undefined {
  const held = lanes.flatMap(({ key, token }) => {
    const lane = at.lanes.get(key)
    return lane?.token === token ? [lane] : []
  })
  return held.length === lanes.length ? held : undefined
}
