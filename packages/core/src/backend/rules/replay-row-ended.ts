import type { Position } from "../../message/ids.ts"

/** Whether a partition's replay rows have served: it has passed its own limit, so nothing more counts as handled before. */
export function replayRowEnded(partition: { readonly checkpoint: Position; readonly limit: Position }): boolean {
  return partition.checkpoint >= partition.limit
}
