import type {
  GroupOrder,
  Instant,
  LaneState,
  LaneToken,
  LeaseState,
  PartVerdict,
  Position,
  ReplayState,
  Settlement,
  SkipInfo,
  StopReason,
  StoredMessage,
} from "@millrace/core/backend"

/** A consumer group: all of it is one document, so that every change of it is one atomic write. */
export interface GroupState {
  /** Its own id: names may change hands. */
  readonly id: string
  name: string
  /** Counts the writes of its document. */
  rev: number
  readonly order: GroupOrder
  /** The checkpoint it was created with. */
  readonly start: Position
  /** The end of what was trimmed when its checkpoints were last put somewhere: nothing up to there is handed out. */
  floor: Position
  /** The number of the last trim of a category that whoever works for it has to know of. */
  thinned: number
  stopped: (StopReason & { readonly at: Instant }) | null
  maxLanes: number
  /** Replaced, never changed. */
  types: ReadonlyMap<string, { readonly since: Position; readonly wantedAt: Instant }>
  /** When a process that wants something of the group was last heard; processes' own documents may know better. */
  heardAt: Instant
  reemit: boolean
  epoch: number
  dropped: number
  skips: readonly SkipInfo[]
  skipped: number
  /** Positions never to be handed out. */
  marks: ReadonlySet<Position>
  /** The last fencing token given out. */
  tokens: number
  /** One per partition of the log; in key and log order a single one. Change them through `edit` only. */
  partitions: readonly PartitionState[]
  /** The partitions that are this draft's own copies. */
  readonly edited: Set<number>
  /** Tokens that ended with a settle: nobody has to be kept from settling by them. */
  readonly spent: Set<number>
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
  /** The last settles, by lease. */
  readonly repeats: Map<string, Repeat>
}

/** An open lane. */
export interface Lane {
  readonly key: string
  readonly single: boolean
  readonly replay: ReplayState
  readonly at: LaneState
  readonly token: number | null
  readonly lease: LeaseState
  /** The message it waits at, kept from a forced trim. */
  readonly kept?: StoredMessage
}

/** What a settle answered. `verdicts`: of its parts, or the commit whose record has them. */
export interface Repeat {
  readonly verdicts: readonly PartVerdict[] | { readonly commit: number | string }
  readonly lanes: readonly LaneToken[]
  readonly stopped?: "max-lanes"
}

/** A draft of a group: changes of it change nothing of the original. */
export function fork(group: GroupState): GroupState {
  return { ...group, edited: new Set(), spent: new Set(group.spent) }
}

/** A partition of a draft, to be changed. */
export function edit(group: GroupState, partition: number): PartitionState {
  const at = partitionAt(group, partition)
  if (group.edited.has(partition)) return at
  const copy: PartitionState = { ...at, rows: new Map(at.rows), lanes: new Map(at.lanes), repeats: new Map(at.repeats) }
  group.partitions = group.partitions.with(partition, copy)
  group.edited.add(partition)
  return copy
}

/** All partitions of a draft, to be changed. */
export function editAll(group: GroupState): readonly PartitionState[] {
  return group.partitions.map(({ partition }) => edit(group, partition))
}

export function partitionAt(group: GroupState, partition: number): PartitionState {
  const at = group.partitions[partition]
  if (at === undefined) throw new RangeError(`group ${group.name} has no partition ${partition}`)
  return at
}

/** Changes a lane of a draft. */
export function setLane(at: PartitionState, lane: Lane): void {
  at.lanes.set(lane.key, lane)
}

/** The next fencing token. */
export function nextToken(group: GroupState): number {
  group.tokens += 1
  return group.tokens
}

/** Ends whatever lease a partition has, so that its settle is fenced. */
export function fencePartition(at: PartitionState): void {
  at.token = null
  at.lease = { owner: null, until: 0, takeovers: at.lease.takeovers }
}

/** A lane without its lease. */
export function fenced(lane: Lane): Lane {
  return { ...lane, token: null, lease: { owner: null, until: 0, takeovers: lane.lease.takeovers } }
}

/** Ends all leases of a group. */
export function fenceAll(group: GroupState): void {
  for (const at of editAll(group)) {
    fencePartition(at)
    for (const lane of at.lanes.values()) setLane(at, fenced(lane))
  }
}

/** The tokens of a partition that may be settled. */
export function openTokens(at: PartitionState): readonly number[] {
  const tokens = at.token === null ? [] : [at.token]
  for (const { token } of at.lanes.values()) if (token !== null) tokens.push(token)
  return tokens
}
