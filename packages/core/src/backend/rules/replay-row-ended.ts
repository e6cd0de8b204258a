import type { Position } from "../../message/ids.ts"
import type { ReplayState } from "./replay-state.ts"

/**
 * Whether a partition has passed its own limit: nothing more of it counts as handled before, and its replay rows have served, but for those
 * that `outlivesReplay` keeps.
 */
export function replayRowEnded(partition: { readonly checkpoint: Position; readonly limit: Position }): boolean {
  return partition.checkpoint >= partition.limit
}

/** Whether a row is kept beyond that: it alone knows of messages of its stream that were never handed out, which a later reset may deliver. */
export function outlivesReplay(row: ReplayState, partition: ReplayState): boolean {
  return JSON.stringify(row.unhandled) !== JSON.stringify(partition.unhandled)
}
