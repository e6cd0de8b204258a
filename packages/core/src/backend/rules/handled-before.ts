import type { Position } from "../../message/ids.ts"
import type { ReplayState } from "./replay-state.ts"

/**
 * Whether the group had handled this message before a reset (or it lies below the group's start). `state`: the lane's own; for a partition
 * slice the stream's replay row, else the partition's.
 */
export function handledBefore(
  state: ReplayState,
  message: { readonly position: Position; readonly type: string },
): boolean {
  if (message.position > state.limit) return false
  return !state.unhandled.some(
    ({ type, after, upto }) =>
      (type === null || type === message.type) &&
      message.position > after &&
      (upto === null || message.position <= upto),
  )
}
