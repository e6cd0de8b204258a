import type { Position } from "../../message/ids.ts"
import type { LoadedLane, LoadedPartition } from "./loaded-group.ts"

/**
 * The lane that the message at a position would be handed out by. `streamId`: of the message, in stream order; else only a lane that waits at the very
 * position is known to be its.
 */
export function laneOfMessage(
  at: LoadedPartition,
  position: Position,
  streamId: string | undefined,
): LoadedLane | undefined {
  if (position > at.checkpoint) return undefined
  if (streamId === undefined) return [...at.lanes.values()].find((lane) => lane.at.next === position)
  const lane = at.lanes.get(streamId)
  return lane !== undefined && lane.at.next <= position ? lane : undefined
}
