import type { Instant, Position } from "../../message/ids.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { GroupOrder } from "../../stream/group-order.ts"
import type { Settlement, StopReason } from "../settle.ts"
import type { LaneState } from "./lane-after-settle.ts"
import type { LeaseState } from "./lease-state.ts"
import type { ReplayState } from "./replay-state.ts"

/**
 * A consumer group as a backend changes it in memory, before it stores the change or where memory is the storage. The rules change the group and its
 * partitions where they are, with the maps of these; all else they replace, so that a draft may share its lanes, types and marks with the original.
 */
export interface LoadedGroup {
  name: string
  readonly order: GroupOrder
  /** The checkpoint it was created with. */
  readonly start: Position
  stopped: (StopReason & { readonly at: Instant }) | null
  maxLanes: number
  types: ReadonlyMap<string, WantedSince>
  /** When a process that wants something of the group was last heard. */
  heardAt: Instant
  reemit: boolean
  epoch: number
  readonly dropped: number
  readonly skipped: number
  /** Positions never to be handed out. */
  marks: ReadonlySet<Position>
  /** One per partition of the log; in key and log order a single one. */
  readonly partitions: readonly LoadedPartition[]
}

/** A type that a group wants: above which position, and when somebody was last heard to want it. */
export interface WantedSince {
  readonly since: Position
  readonly wantedAt: Instant
}

/** A group's progress in one partition. */
export interface LoadedPartition {
  readonly partition: number
  checkpoint: Position
  replay: ReplayState
  /** Replay states of the streams (or keys) that differ from the partition's. */
  readonly rows: Map<string, ReplayState>
  /** The token of the lease that may be settled. */
  token: number | null
  lease: LeaseState
  /** How long the last claim asked for: lanes of parts that can not be stored are leased for as long. */
  leaseMs: number
  hold: NonNullable<Settlement["hold"]> | null
  readonly lanes: Map<string, LoadedLane>
}

/** An open lane. */
export interface LoadedLane {
  readonly key: string
  readonly single: boolean
  readonly replay: ReplayState
  readonly at: LaneState
  readonly token: number | null
  readonly lease: LeaseState
  /** The message it waits at, kept from a forced trim. */
  readonly kept?: StoredMessage
}
