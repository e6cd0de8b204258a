import type { Instant, MessageId, Position } from "../message/ids.ts"
import type { Append, RevisionMismatch, StreamVersion, VersionMismatch } from "./append.ts"
import type { LaneToken, Lease, Skipped } from "./claim.ts"

/** How many settles of a partition's lanes are remembered, so that a repetition is recognised. */
export const REPEATS_KEPT = 32

/**
 * What a worker made of a slice: progress and effects, stored together or not at all. Ends the lease; a settle without parts and
 * with the checkpoint where it was gives a slice back.
 */
export interface Settlement<Tx = unknown> {
  readonly lease: Lease
  /** Partition leases: the checkpoint from now on, at or above the slice's `from`. Lanes: absent. */
  readonly checkpoint?: Position
  /** The first message of each stream (or key) that was left to a lane. A lane that has closed meanwhile opens again there. */
  readonly skipped?: readonly Skipped[]
  /**
   * One for each stream (or key) that brings anything. A stream of another partition (in stream order), here or in `skipped`, and a part or deferral that
   * begins outside of what this settles are refused with `invalid` before they can open a lane, and nothing is changed. Whether a key of the partition has a
   * message in the slice is not looked up.
   */
  readonly parts: readonly SettlePart<Tx>[]
  /** `order: "log"` only: the next message failed; the partition is not claimable before `retryAt`, and its next try counts from `failures`. */
  readonly hold?: { readonly retryAt: Instant; readonly failures: number; readonly error: string }
  /** Stops the group in the same write. */
  readonly stop?: StopReason
}

/** Why a group is stopped. */
export interface StopReason {
  readonly reason: string
  readonly error?: string
  readonly messageId?: MessageId
}

/**
 * The part of one stream (or key). Its effects are all stored or none is, whatever becomes of other parts.
 * For lanes: `doneTo` is how far the lane is done. A lane closes when that reaches its partition's checkpoint and no deferral is given.
 */
export interface SettlePart<Tx = unknown> {
  readonly key: string
  /** The position of the part's first message: where its lane opens if the part can not be stored. */
  readonly from: Position
  readonly doneTo?: Position
  readonly effects?: Append
  /** User's work inside the transaction, after which the effects are written. Needs `capabilities.tx`. Throwing undoes this part. */
  readonly work?: (tx: Tx) => Promise<void>
  readonly deferral?: Deferral
  /** How many appends and schedules were dropped because their messages were replayed: added to the group's count if the part is stored. */
  readonly dropped?: number
}

/**
 * Sets a stream (or key) aside, from `position` on, as a lane.
 * `retry`: claimable from `retryAt` (storage's clock). `park`: not before an operator says so: a dead letter.
 * `hand-over`: leased on to the same owner for `leaseMs`; its token is in the result.
 * `failures` counts the failures of the message at `position` so far.
 */
export type Deferral = {
  readonly position: Position
  readonly failures: number
  readonly error?: string
  /** `order: "log"` only: the lane holds the message at `position` alone and its key is `@<position>`. */
  readonly single?: true
} & (
  | { readonly as: "retry"; readonly retryAt: Instant }
  | { readonly as: "park" }
  | { readonly as: "hand-over"; readonly leaseMs: number }
)

/** What became of a settle. */
export type Settled =
  | {
      readonly kind: "settled"
      /** One per part, in order. */
      readonly parts: readonly PartVerdict[]
      /** The lanes now leased to the same owner: deferrals `hand-over`, and every part that was not stored. */
      readonly lanes: readonly LaneToken[]
      /** Partition leases, where the storage can tell: whether more waits in the partition. What is stored while it settles may be left out. A repetition need not tell it. */
      readonly more?: boolean
      /** `max-lanes`: this settle opened lanes, so many that it stopped the group (see `GroupSpec.maxLanes`). */
      readonly stopped?: "max-lanes"
    }
  /** The lease, or its owner's name, has passed to somebody else (or the group was stopped, reset, skipped, renamed or deleted): nothing was changed. */
  | { readonly kind: "fenced" }

/**
 * What became of a part. A part that is not `stored` changed nothing; its stream is now a lane from the
 * part's `from` on, leased to the same owner for as long as its slice was (a lane keeps its lease), so that only it is decided again. In groups with `order: "log"` nothing of the settle
 * was stored then, the lease goes on, and a part that could have been stored answers with the reason of the one that could not.
 */
export type PartVerdict =
  | {
      readonly kind: "stored"
      readonly position: Position
      readonly streams: readonly StreamVersion[]
      /**
       * Without `txRollback` only: the writes of the part's work that the storage refused when it made them, though nothing had spoken against them. All else is
       * stored, and the part's `from` is listed in `GroupInfo.skips` as `unwritten`. A repetition of the settle does not tell it again.
       */
      readonly unwritten?: readonly string[]
    }
  | VersionMismatch
  | RevisionMismatch
  /** A derived id, or an idempotency key, that belongs to something else: no repetition can save it. */
  | { readonly kind: "refused"; readonly code: "id-taken" | "key-reused" | "bad-data"; readonly detail: string }
  /** The user's work threw. */
  | { readonly kind: "work-failed"; readonly error: unknown }
