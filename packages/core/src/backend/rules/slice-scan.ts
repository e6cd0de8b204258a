import type { Position } from "../../message/ids.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { PartitionSlice, SliceMessage } from "../claim.ts"
import { handledBefore } from "./handled-before.ts"
import type { LoadedGroup, LoadedPartition } from "./loaded-group.ts"

/** The most messages that a claim looks at and leaves out (of streams with lanes, or skipped ones) beyond those it hands out. */
const LOOKED_AT = 10_000

/** The messages of a partition's slice, as far as they were looked at. */
export interface SliceScan {
  /** Looks at the next wanted position; its message is missing where somebody took it out of its stream. False: the slice ends here. */
  take(wanted: { readonly position: Position; readonly type: string }, message: StoredMessage | undefined): boolean
  /** What the slice holds. */
  found(): Pick<PartitionSlice, "messages" | "skipped" | "scannedTo">
}

/**
 * Begins a slice above a partition's checkpoint: at most `limit` messages, up to the first of a type that the process does not handle, without those of
 * streams that have a lane. `head`: of the log.
 */
export function scanSlice(
  { order, marks }: LoadedGroup,
  at: LoadedPartition,
  { head, limit, types }: { readonly head: Position; readonly limit: number; readonly types: readonly string[] },
): SliceScan {
  const messages: SliceMessage[] = []
  const skipped = new Map<string, Position>()
  const byStream = order === "stream"
  let scannedTo = Math.max(head, at.checkpoint)
  let looked = 0
  return {
    take({ position, type }, message) {
      if (!types.includes(type)) {
        scannedTo = position - 1
        return false
      }
      if (message === undefined || marks.has(position)) looked += 1
      else if (byStream && at.lanes.has(message.streamId)) {
        looked += 1
        if (!skipped.has(message.streamId)) skipped.set(message.streamId, position)
      } else {
        const replay = (byStream ? at.rows.get(message.streamId) : undefined) ?? at.replay
        const attempt = messages.length === 0 ? (at.hold?.failures ?? 0) + 1 : 1
        messages.push({ message, handledBefore: handledBefore(replay, message), attempt })
      }
      if (messages.length < limit && looked < LOOKED_AT) return true
      scannedTo = position
      return false
    },
    found: () => ({ messages, skipped: [...skipped].map(([key, position]) => ({ key, position })), scannedTo }),
  }
}
