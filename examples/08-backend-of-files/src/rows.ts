import type {
  GroupRecord,
  Instant,
  KeyedDocument,
  KeyRecord,
  LaneRecord,
  LeaseState,
  PartitionRecord,
  Position,
  ScheduleInfo,
  Settled,
  StoredMessage,
  StreamRecord,
} from "@millrace/core/backend"

type Editable<T> = { -readonly [K in keyof T]: T[K] }

/** What each table holds. Rows are JSON: what is in memory is what the journal says. */
export interface Rows {
  readonly log: LogRow
  readonly messages: StoredMessage
  readonly streams: StreamRow
  readonly keys: KeyRecord
  readonly documents: KeyedDocument
  readonly schedules: ScheduleInfo
  readonly groups: GroupRow
  readonly partitions: PartitionRow
  readonly processes: ProcessRow
}

/** The one row of the log as a whole. `tokens`, `schedules` and `groups` count what was ever made. */
export interface LogRow {
  readonly format: number
  readonly partitions: number
  head: Position
  trimmedTo: Position
  recordedAt: Instant
  tokens: number
  schedules: number
  groups: number
}

/** `trimmed`: the version up to which retention removed its events. */
export type StreamRow = Editable<Omit<StreamRecord, "kind">> & { trimmed: number }

/** A group. Its partitions are rows `<number>/<partition>`, so that its name may change. */
export type GroupRow = Editable<Omit<GroupRecord, "kind" | "types" | "partitions">> & {
  readonly number: number
  types: { readonly type: string; since: Position; wantedAt: Instant }[]
  heardAt: Instant
}

/** A partition of a group with its open lanes, by key. `repeats`: what the last settles answered. */
export type PartitionRow = Editable<Omit<PartitionRecord, "lanes">> & {
  readonly id: string
  readonly partition: number
  lanes: LaneRow[]
  token: number | null
  lease: LeaseState
  leaseMs: number
  repeats: (readonly [lease: string, settled: Settled])[]
}

export type LaneRow = Editable<Omit<LaneRecord, "error">> & {
  error: string | null
  token: number | null
  lease: LeaseState
}

/** Who holds a process name. */
interface ProcessRow {
  readonly bootId: string
  readonly host: string
  readonly pid: number
  readonly startedAt: Instant
  readonly seenAt: Instant
  readonly beats: number
}
