import type { Instant, Position, StreamId, Version } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import type { AppendedAt } from "./append.ts"
import type { KeyedDocument } from "./document.ts"
import type { GroupOrder } from "./group.ts"
import type { ScheduleInfo, SkipInfo } from "./operator.ts"
import type { ReplayState } from "./rules/replay-state.ts"
import type { Settlement, StopReason } from "./settle.ts"

/** The most records of one `dump` page and of one `restore`. */
export const MAX_RECORDS = 1_000

/**
 * What to dump: what `read` and `schedules` do not give. `streams`: what retention left of streams; `keys`: idempotency keys; `documents`, `groups`.
 * `after`: the `next` of the page before.
 */
export interface DumpQuery {
  readonly of: "streams" | "keys" | "documents" | "groups"
  readonly after?: string
  readonly limit: number
}

/** A page of records. Without `next` it is the last. */
export interface DumpPage<Dumped extends LogRecord = LogRecord> {
  readonly records: readonly Dumped[]
  readonly next?: string
}

/** A piece of a log that no storage's own words are in: what leaves one storage can enter another. */
export type LogRecord =
  | TrimmedRecord
  | StreamRecord
  | GapRecord
  | { readonly kind: "message"; readonly message: StoredMessage }
  | KeyRecord
  | ({ readonly kind: "document" } & KeyedDocument)
  | ({ readonly kind: "schedule" } & ScheduleInfo)
  | GroupRecord

/** Up to where retention removed messages. */
export interface TrimmedRecord {
  readonly kind: "trimmed"
  readonly upto: Position
}

/** Positions up to here hold nothing: messages of a category were trimmed, or positions leapt over. */
export interface GapRecord {
  readonly kind: "gap"
  readonly upto: Position
}

/**
 * Where a stream stood at the end of what retention removed: its version there, and the position of its last message, where it has none left; otherwise any
 * position at or below that of its last removed one.
 */
export interface StreamRecord {
  readonly kind: "stream"
  readonly streamId: StreamId
  readonly version: Version
  readonly lastPosition: Position
}

/** An idempotency key. It goes when the log is trimmed up to `at`. */
export interface KeyRecord extends AppendedAt {
  readonly kind: "key"
  readonly key: string
  readonly fingerprint: string
  readonly at: Position
}

/** A group, with everything it knows but its leases. Types, replay rows and lanes by name, in code-unit order. */
export interface GroupRecord {
  readonly kind: "group"
  readonly group: string
  readonly order: GroupOrder
  readonly start: Position
  readonly stopped?: StopReason & { readonly at: Instant }
  readonly maxLanes: number
  readonly types: readonly { readonly type: string; readonly since: Position }[]
  readonly epoch: number
  readonly reemit: boolean
  readonly dropped: number
  readonly skips: readonly SkipInfo[]
  readonly skipped: number
  /** Positions above `trimmedTo` that it is never to be handed. */
  readonly marks: readonly Position[]
  /** One per partition of the log, in order; in key and log order a single one. */
  readonly partitions: readonly PartitionRecord[]
}

/** A group's progress in one partition. */
export interface PartitionRecord {
  readonly checkpoint: Position
  readonly replay: ReplayState
  /** Replay states of the streams (or keys) that differ from the partition's. */
  readonly rows: readonly { readonly key: string; readonly replay: ReplayState }[]
  readonly hold?: NonNullable<Settlement["hold"]>
  readonly lanes: readonly LaneRecord[]
}

/** An open lane, without its lease. */
export interface LaneRecord {
  readonly key: string
  readonly single: boolean
  readonly status: "retrying" | "parked"
  readonly next: Position
  readonly retryAt: Instant
  readonly failures: number
  readonly error?: string
  readonly replay: ReplayState
  /** The message it waits at, where a forced trim left it to the lane alone. */
  readonly kept?: StoredMessage
}
