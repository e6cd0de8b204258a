import type { Instant, Position } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import type { Owner } from "./process.ts"
import type { ReplayRow } from "./rules/plan-reset.ts"

/** Asks for work of any of these groups. */
export interface ClaimRequest {
  readonly owner: Owner
  readonly groups: readonly GroupWant[]
  /** How long the lease lasts, on the storage's clock. Doubled for each take-over without progress, up to `MAX_LEASE_FACTOR`. */
  readonly leaseMs: number
  /** Asked because time has passed, not because something was heard: nobody waits for the answer. A storage that looks by itself while somebody listens may answer that there is nothing from what it saw within the last second. */
  readonly routine?: boolean
}

/** A group, the types this process handles for it, and the most messages one slice may hold. */
export interface GroupWant {
  readonly group: string
  readonly types: readonly string[]
  readonly limit: number
  /** The most slices of the group that may be handed out at once: the first one brings the others with it (`also`). Default 1; a storage may always hand out one. */
  readonly slices?: number
}

/** The most a lease is lengthened by take-overs without progress. */
export const MAX_LEASE_FACTOR = 16

/** The most lanes that one slice of lanes holds. */
export const LANES_PER_SLICE = 100

/**
 * A lease on a partition of a group, or on some lanes of one partition. Only `token` decides; each claim takes a higher one.
 * A lease of several lanes may be extended and settled in pieces: any of its lanes form a lease of their own.
 */
export type Lease =
  | { readonly of: "partition"; readonly group: string; readonly partition: number; readonly token: number }
  | { readonly of: "lanes"; readonly group: string; readonly partition: number; readonly lanes: readonly LaneToken[] }

/** The fencing token of one lane. `key` is the stream id, or in keyed groups the key, or `@<position>` for one message of a log-ordered group. */
export interface LaneToken {
  readonly key: string
  readonly token: number
}

/** A message to handle. */
export interface SliceMessage {
  readonly message: StoredMessage
  /** Whether this group had handled the message (or it lies below the group's start) before a reset. */
  readonly handledBefore: boolean
  /** Which try this is, from 1. A retry is one more than the failures recorded; a take-over is not a failure. */
  readonly attempt: number
}

/** The first message of a stream (or key) that a slice left to its open lane. */
export interface Skipped {
  readonly key: string
  readonly position: Position
}

interface SliceFacts {
  readonly kind: "slice"
  readonly group: string
  /** Messages of the group's wanted types in position order. */
  readonly messages: readonly SliceMessage[]
  /** Take-overs since the last progress. Above 0 the slice holds one message (one lane's, for lanes): one that may be killing its workers. */
  readonly takeovers: number
  /** Handled again with effects on purpose, as the group's last reset asked: `replaying` is false even where `handledBefore` is true. */
  readonly reemit: boolean
  /** Raised by each reset with `reemit`; part of the ids derived from this slice's messages. */
  readonly epoch: number
}

/** The next messages of a partition. */
export interface PartitionSlice extends SliceFacts {
  readonly source: "partition"
  readonly lease: Extract<Lease, { of: "partition" }>
  /** Everything wanted between the checkpoint (`from`) and here is in `messages` or in `skipped`. */
  readonly from: Position
  readonly scannedTo: Position
  /** `order: "stream"`: the streams with an open lane whose messages were left out. Given back as they are at the settle. */
  readonly skipped: readonly Skipped[]
  /** `order: "key"`: the keys with an open lane. The worker leaves their messages out and names each first one at the settle. */
  readonly openLanes: readonly string[]
  /**
   * `order: "key"`: keys whose lane was open at a reset, with what counts as handled before for *their* messages: only the worker knows which those
   * are, so it corrects `handledBefore` with the rule of that name. Absent when there are none.
   */
  readonly replayRows?: readonly ReplayRow[]
  /** Where the storage can tell: nothing of the partition above this position was ever handed out before. */
  readonly newAbove?: Position
  /**
   * More of the same group, where `slices` allows it: each of another partition, under a lease of its own, as if it had been claimed right after this one. They
   * bring no others.
   */
  readonly also?: readonly PartitionSlice[]
  /** What a claim of the same right after this one would have answered, where that is known to be nothing. */
  readonly then?: Idle
}

/** The due lanes of a partition: messages at or below its checkpoint only. */
export interface LaneSlice extends SliceFacts {
  readonly source: "lanes"
  readonly lease: Extract<Lease, { of: "lanes" }>
  readonly lanes: readonly LaneScan[]
}

/**
 * One lane of a slice: it begins at `next` and was read up to `scannedTo`. In keyed groups `messages` holds the messages of *all*
 * keys in that range (the worker picks), and a slice has one lane.
 */
export interface LaneScan {
  readonly key: string
  readonly next: Position
  readonly scannedTo: Position
}

/** Messages that were claimed, with the lease under which they are handled. */
export type Slice = PartitionSlice | LaneSlice

/** Nothing to hand out now. */
export interface Idle {
  readonly kind: "idle"
  /** The storage's clock. */
  readonly now: Instant
  /** When something of these groups falls due by time alone (a lane's retry, the end of a lease, a schedule): look again then. `null`: never. */
  readonly nextAt: Instant | null
  /** Groups with waiting messages that this process can not be given, for it lacks their type. */
  readonly outdated: readonly { readonly group: string; readonly type: string }[]
}
