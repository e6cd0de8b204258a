import type { Instant, Position, Version } from "../../message/ids.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { KeyedDocument } from "../document.ts"
import type { ScheduleInfo, SkipInfo } from "../operator.ts"
import type { LoadedGroup, LoadedLane, LoadedPartition, WantedSince } from "../rules/loaded-group.ts"
import type { ReplayState } from "../rules/replay-state.ts"
import type { Settled } from "../settle.ts"
import type { KeyUse } from "./log-state.ts"
import type { ProcessState } from "./process-state.ts"

/** What a resident log consists of, by table. Each row is a value that JSON gives back as it was. */
export interface Rows {
  /** One row, named `log`. */
  readonly log: LogRow
  /** By position. */
  readonly messages: StoredMessage
  /** By stream id: those of which retention took something. What else there is to say of a stream, its messages tell. */
  readonly streams: TrimmedStream
  /** By idempotency key. */
  readonly keys: KeyUse
  /** By collection and id. */
  readonly documents: KeyedDocument
  /** By message id. */
  readonly schedules: ScheduleInfo
  /** By name. */
  readonly groups: GroupRow
  /** By number and group. */
  readonly partitions: PartitionRow
  /** By process name. */
  readonly processes: ProcessState
}

/** The name of a table. */
export type Table = keyof Rows

/** A row as it is now; `null` when it is gone. */
export type RowChange = {
  readonly [T in Table]: readonly [table: T, key: string, row: Rows[T] | null]
}[Table]

/** What a log is as a whole. `tokens`, `schedulesMade`: how many were ever given out. */
export interface LogRow {
  /** Of the rows: see `ROWS_FORMAT`. */
  readonly format: number
  readonly partitions: number
  readonly head: Position
  readonly trimmedTo: Position
  readonly recordedAt: Instant
  readonly tokens: number
  readonly schedulesMade: number
}

/** Where a stream stood when retention last took something of it. `trimmed`: the version up to which its events are gone. */
export interface TrimmedStream {
  readonly version: Version
  readonly trimmed: Version
  readonly lastPosition: Position
}

/** A group without its partitions. */
export interface GroupRow extends Omit<LoadedGroup, "partitions" | "types" | "marks"> {
  readonly skips: readonly SkipInfo[]
  readonly types: readonly (readonly [type: string, wanted: WantedSince])[]
  readonly marks: readonly Position[]
}

/** A group's progress in one partition. */
export interface PartitionRow extends Omit<LoadedPartition, "rows" | "lanes"> {
  readonly group: string
  readonly rows: readonly (readonly [key: string, replay: ReplayState])[]
  readonly lanes: readonly LoadedLane[]
  /** Results of the last settles, by lease. What user's work threw is its text. */
  readonly repeats: readonly (readonly [lease: string, settled: Settled])[]
}
