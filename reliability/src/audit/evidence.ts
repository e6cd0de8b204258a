/** What a run left in its storage, as somebody finds it who knows nothing of how it came about. */
export interface Evidence {
  /** All messages, by position. */
  readonly messages: readonly LoggedMessage[]
  /** The last position given out, where the storage keeps it beside the messages. */
  readonly head: number
  /** How many partitions the log has. */
  readonly partitions: number
  /** Projections kept in Millrace: their state by stream, by name of the group. */
  readonly projections: ReadonlyMap<string, ReadonlyMap<string, unknown>>
  /** Schedules that still wait. */
  readonly schedules: number
  readonly groups: readonly StoredGroup[]
  /** What is wrong between the storage's own structures: indexes that do not fit the messages. */
  readonly torn: readonly string[]
}

export interface LoggedMessage {
  readonly position: number
  readonly id: string
  readonly kind: "command" | "event"
  readonly type: string
  readonly streamId: string
  /** Events: their number in the stream. */
  readonly version: number | undefined
  readonly causationId: string
  /** By the storage's clock, in milliseconds. */
  readonly recordedAt: number
  /** Where the storage keeps it with the message. */
  readonly partition: number | undefined
  readonly payload: unknown
}

export interface StoredGroup {
  readonly name: string
  readonly active: boolean
  /** Why it was stopped. */
  readonly stopped: string | undefined
  readonly order: "stream" | "key" | "log"
  readonly start: number
  /** What it wants, and above which position. */
  readonly types: ReadonlyMap<string, number>
  readonly partitions: readonly StoredPartition[]
  readonly lanes: readonly StoredLane[]
}

export interface StoredPartition {
  readonly partition: number
  readonly checkpoint: number
  /** Who holds its lease. */
  readonly holder: string | undefined
}

export interface StoredLane {
  readonly key: string
  readonly partition: number
  readonly next: number
  readonly parked: boolean
  readonly holder: string | undefined
  readonly error: string | undefined
}
