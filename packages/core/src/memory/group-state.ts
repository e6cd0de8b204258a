import type { SkipInfo } from "../backend/operator.ts"
import type { LaneState } from "../backend/rules/lane-after-settle.ts"
import type { LeaseState } from "../backend/rules/lease-state.ts"
import type { ReplayState } from "../backend/rules/replay-state.ts"
import type { Settled, Settlement, StopReason } from "../backend/settle.ts"
import type { Instant, Position } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import type { GroupOrder } from "../stream/group-order.ts"

/** A consumer group. */
export interface GroupState {
  name: string
  readonly order: GroupOrder
  /** The checkpoint it was created with. */
  readonly start: Position
  stopped: (StopReason & { readonly at: Instant }) | null
  maxLanes: number
  readonly types: Map<string, { since: Position; wantedAt: Instant }>
  /** When a process that wants something of the group was last heard. */
  heardAt: Instant
  reemit: boolean
  epoch: number
  dropped: number
  skips: SkipInfo[]
  skipped: number
  /** Positions never to be handed out. */
  readonly marks: Set<Position>
  /** One per partition of the log; in key and log order a single one. */
  readonly partitions: readonly PartitionState[]
}

/** A group's progress in one partition. */
export interface PartitionState {
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
  readonly lanes: Map<string, Lane>
  /** Results of the last settles, by lease. */
  readonly repeats: Map<string, Settled>
}

/** An open lane. */
export interface Lane {
  readonly key: string
  readonly single: boolean
  replay: ReplayState
  at: LaneState
  token: number | null
  lease: LeaseState
  /** The message it waits at, kept from a forced trim. */
  kept?: StoredMessage
}
