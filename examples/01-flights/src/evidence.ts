/** What a finished run left behind, as somebody finds it who knows nothing of how it came about. */
export interface Evidence extends LogEvidence {
  /** The files of the board of routes. */
  readonly board: readonly unknown[]
}

/** The part of it that lies in the storage. */
export interface LogEvidence {
  /** Where it was read: a sentence for people. */
  readonly source: string
  /** All messages, in the order of the log. */
  readonly messages: readonly LoggedMessage[]
  /** The documents of the projection of totals, by stream id. */
  readonly totals: ReadonlyMap<string, unknown>
  /** Schedules that still wait. */
  readonly schedules: number
  /** Streams that a group set aside. */
  readonly lanes: number
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
  readonly payload: unknown
}
