import type { Instant } from "../../message/ids.ts"
import { fencedLane } from "./fence.ts"
import type { LoadedLane } from "./loaded-group.ts"

/** The lanes that an operator wants tried again, by key or (without keys) the parked ones: due at once, and without a lease they may have. */
export function retriedLanes(
  lanes: Iterable<LoadedLane>,
  keys: readonly string[] | undefined,
  now: Instant,
): readonly LoadedLane[] {
  return [...lanes]
    .filter(({ key, at }) => (keys === undefined ? at.status === "parked" : keys.includes(key)))
    .map((lane) => ({ ...fencedLane(lane), at: { ...lane.at, status: "retrying", retryAt: now } }))
}
