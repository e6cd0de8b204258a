import type {
  Instant,
  KeyedDocument,
  KeyRecord,
  LoadedGroup,
  LoadedPartition,
  Position,
  ScheduleInfo,
  Settled,
  SkipInfo,
  StoredMessage,
  StreamId,
  Version,
} from "@millrace/core/backend"

/** What each table holds. All but groups is JSON. */
export interface Rows {
  readonly log: LogRow
  readonly messages: StoredMessage
  readonly streams: StreamRow
  readonly keys: KeyRecord
  readonly documents: KeyedDocument
  readonly schedules: ScheduleInfo
  readonly groups: GroupRow
  readonly processes: ProcessRow
}

/** The one row of the log as a whole. `tokens`, `schedules`: how many were ever made. */
export interface LogRow {
  readonly format: number
  readonly partitions: number
  head: Position
  trimmedTo: Position
  recordedAt: Instant
  tokens: number
  schedules: number
}

/** `trimmed`: the version up to which retention removed its events. */
export interface StreamRow {
  readonly streamId: StreamId
  version: Version
  lastPosition: Position
  trimmed: Version
}

/** A group as the rules of the contract change it. */
export interface GroupRow extends LoadedGroup {
  dropped: number
  skips: readonly SkipInfo[]
  skipped: number
  readonly partitions: readonly PartitionRow[]
}

/** `repeats`: what the last settles answered, by lease. */
export interface PartitionRow extends LoadedPartition {
  readonly repeats: Map<string, Settled>
}

interface ProcessRow {
  readonly bootId: string
  readonly host: string
  readonly pid: number
  readonly startedAt: Instant
  readonly seenAt: Instant
  readonly beats: number
}
