import type { Instant, MessageId, Position, StreamId, Version } from "../message/ids.ts"
import type { Message } from "../message/message.ts"
import type { ExpectedVersion } from "../stream/expected-version.ts"
import type { DocumentPut } from "./document.ts"

/** The messages one append adds to one stream, and what it expects of that stream before. */
export interface StreamAppend {
  readonly streamId: StreamId
  readonly expected: ExpectedVersion
  readonly messages: readonly Message[]
}

/** A message to be appended to its own stream (expecting nothing) when `at` has come on the storage's clock. */
export interface ScheduledAppend {
  readonly message: Message
  readonly at: Instant
}

/**
 * One atomic write. A stream may appear once. All of it is stored or none of it.
 * `idempotencyKey` makes a repetition a `duplicate`; `fingerprint` stands for the content under that key and is required with it.
 */
export interface Append {
  readonly streams: readonly StreamAppend[]
  readonly schedules?: readonly ScheduledAppend[]
  readonly documents?: readonly DocumentPut[]
  readonly idempotencyKey?: string
  readonly fingerprint?: string
}

/** Where an append stands in the log. Its messages hold consecutive positions from `firstPosition` to `position`; both are 0 when it stored none. */
export interface AppendedAt {
  readonly firstPosition: Position
  readonly position: Position
}

/** The version a stream reached by an append. */
export interface StreamVersion {
  readonly streamId: StreamId
  readonly version: Version
}

/** What became of one append. The order of the checks is: idempotency key, message ids, expected versions, document revisions. */
export type Verdict =
  | (AppendedAt & {
      readonly kind: "appended"
      /** One entry per stream of the append, in its order. */
      readonly streams: readonly StreamVersion[]
    })
  | VersionMismatch
  | RevisionMismatch
  /** The idempotency key, or every message id, was stored before: nothing was written. `of` is where. */
  | { readonly kind: "duplicate"; readonly of: AppendedAt }
  | AppendRefusal

/** A stream was not at the version expected: nothing of the append was written. */
export interface VersionMismatch {
  readonly kind: "conflict"
  readonly streamId: StreamId
  readonly expected: ExpectedVersion
  readonly actualVersion: Version
}

/** A document was not at the revision expected: nothing of the append was written. */
export interface RevisionMismatch {
  readonly kind: "document-conflict"
  readonly collection: string
  readonly id: string
  readonly expectedRevision: number
  readonly actualRevision: number
}

/**
 * An append that no repetition can save: nothing of it was written.
 * `ids-partly-known`: some of its message ids are stored and some are not (`messageIds`: the known ones), or an id occurs twice in it.
 * `key-reused`: its idempotency key stands for other content.
 * `bad-data`: the storage can not hold it (`detail` says what and why).
 */
export interface AppendRefusal {
  readonly kind: "refused"
  readonly code: "ids-partly-known" | "key-reused" | "bad-data"
  readonly detail: string
  readonly messageIds?: readonly MessageId[]
}
