import type { GroupModel } from "./group-model.ts"
import { createHeads, type Heads } from "./heads.ts"
import { type LogRow, sameLog } from "./log-row.ts"
import { createTypes, type Types } from "./types.ts"

/** A stream as this process last saw or left it. */
export interface StreamMemo {
  readonly id: number
  readonly partition: number
  version: number
}

/** The most streams remembered. */
const STREAMS_KEPT = 20_000

/** What this process remembers of the log between transactions. True while the log's counters are those of its last transaction. */
export interface Memo {
  /** How many partitions the log has. */
  readonly partitions: () => number
  readonly types: Types
  readonly heads: Heads
  readonly streams: Map<string, StreamMemo>
  readonly groups: Map<string, GroupModel>
  /** When another process was last seen to have written, on the performance clock. */
  readonly othersAt: number
  /** A transaction begins: forgets what others have changed since the last one. */
  begin(log: LogRow): void
  stored(log: LogRow): void
  /** The version of a stream in a view of the log, where it is remembered: a read that begins there finds nothing. */
  versionIn(log: LogRow, streamId: string): number | undefined
  forget(): void
}

export function createMemo(partitions: () => number): Memo {
  const types = createTypes()
  const heads = createHeads(partitions)
  const streams = new Map<string, StreamMemo>()
  const groups = new Map<string, GroupModel>()
  let last: LogRow | undefined
  let othersAt = Number.NEGATIVE_INFINITY
  return {
    partitions,
    get othersAt() {
      return othersAt
    },
    types,
    heads,
    streams,
    groups,
    begin(log) {
      if (last !== undefined && !sameLog(last, log)) othersAt = performance.now()
      if (last?.head !== log.head || streams.size > STREAMS_KEPT) streams.clear()
      if (last?.trimmedTo !== log.trimmedTo) heads.forget()
      if (last?.groupSeq !== log.groupSeq || last.workSeq !== log.workSeq) groups.clear()
    },
    stored(log) {
      last = { ...log }
    },
    versionIn: (log, streamId) => (last?.head === log.head ? streams.get(streamId)?.version : undefined),
    forget() {
      last = undefined
      types.forget()
      heads.forget()
      streams.clear()
      groups.clear()
    },
  }
}
