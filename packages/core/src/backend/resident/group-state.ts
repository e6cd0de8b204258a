import type { SkipInfo } from "../operator.ts"
import type { LoadedGroup, LoadedPartition } from "../rules/loaded-group.ts"
import type { Settled } from "../settle.ts"

/** A consumer group. */
export interface GroupState extends LoadedGroup {
  dropped: number
  skips: readonly SkipInfo[]
  skipped: number
  readonly partitions: readonly PartitionState[]
}

/** A group's progress in one partition. */
export interface PartitionState extends LoadedPartition {
  /** Results of the last settles, by lease. */
  readonly repeats: Map<string, Settled>
}
