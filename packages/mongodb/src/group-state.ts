import type {
  Instant,
  LaneToken,
  LoadedGroup,
  LoadedLane,
  LoadedPartition,
  PartVerdict,
  Position,
  SkipInfo,
} from "@millrace/core/backend"

/** A consumer group: all of it is one document, so that every change of it is one atomic write. */
export interface GroupState extends LoadedGroup {
  /** Its own id: names may change hands. */
  readonly id: string
  /** Counts the writes of its document. */
  rev: number
  /** The end of what was trimmed when its checkpoints were last put somewhere: nothing up to there is handed out. */
  floor: Position
  /** The number of the last trim of a category that whoever works for it has to know of. */
  thinned: number
  /** Until when claims stay away from it, for a change that others overtook asked them to; 0 where none did. */
  way: Instant
  dropped: number
  skips: readonly SkipInfo[]
  skipped: number
  /** The last fencing token given out. */
  tokens: number
  /** Change them through `edit` only. */
  partitions: readonly PartitionState[]
  /** The partitions that are this draft's own copies. */
  readonly edited: Set<number>
  /** Tokens that ended with a settle: nobody has to be kept from settling by them. */
  readonly spent: Set<number>
}

/** A group's progress in one partition. */
export interface PartitionState extends LoadedPartition {
  /** The last settles, by lease. */
  readonly repeats: Map<string, Repeat>
}

/** An open lane. It is replaced, never changed: drafts share it. */
export type Lane = LoadedLane

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

/** The tokens of a partition that may be settled. */
export function openTokens(at: PartitionState): readonly number[] {
  const tokens = at.token === null ? [] : [at.token]
  for (const { token } of at.lanes.values()) if (token !== null) tokens.push(token)
  return tokens
}
