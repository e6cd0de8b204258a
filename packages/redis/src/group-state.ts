import type {
  GroupOrder,
  Instant,
  LaneState,
  LeaseState,
  Position,
  ReplayState,
  Settlement,
  SkipInfo,
  StopReason,
  StoredMessage,
} from "@millrace/core/backend"

/** A group as it was read from the log, to be changed in memory; `saveGroups` writes what changed, if nobody else has changed it meanwhile. */
export interface GroupState {
  /** Part of its keys' names. Empty until a new group is saved. */
  readonly id: string
  name: string
  readonly order: GroupOrder
  /** The checkpoint it was created with. */
  readonly start: Position
  stopped: (StopReason & { readonly at: Instant }) | null
  maxLanes: number
  readonly types: Map<string, WantedSince>
  /** When a process that wants something of the group was last heard. */
  heardAt: Instant
  reemit: boolean
  epoch: number
  readonly dropped: number
  readonly skipped: number
  /** Open lanes of the whole group when it was read. */
  readonly openLanes: number
  /** For how many milliseconds claims stay away, so that a change can come through; 0: they need not. */
  readonly wayMs: number
  /** Added to what is stored. */
  readonly added: { dropped: number; skipped: number; readonly skips: SkipInfo[] }
  /** Positions never to be handed out. */
  readonly marks: Set<Position>
  /** Those that were read, by number; a group in key or log order has a single one. */
  readonly partitions: readonly PartitionState[]
}

/** A type that a group wants: above which position, and when somebody was last heard to want it. */
export interface WantedSince {
  since: Position
  wantedAt: Instant
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
  /** How many settles it has seen. */
  settles: number
  /** Answers to the last settles, as they are stored. */
  readonly repeats: readonly string[]
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
