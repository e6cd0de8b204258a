import type { SkipInfo } from "../backend/operator.ts"
import type { LoadedGroup, LoadedLane, LoadedPartition } from "../backend/rules/loaded-group.ts"
import type { Settled } from "../backend/settle.ts"

/** A consumer group. */
export interface GroupState extends LoadedGroup {
  dropped: number
  skips: readonly SkipInfo[]
  skipped: number
  readonly partitions: readonly PartitionState[]
}

/** A group's progress in one partition. */
export interface PartitionState extends LoadedPartition {
  readonly lanes: Map<string, Lane>
  /** Results of the last settles, by lease. */
  readonly repeats: Map<string, Settled>
}

/** An open lane, which may be changed where it is. */
export type Lane = { -readonly [Field in keyof LoadedLane]: LoadedLane[Field] }
