import type { LoadedGroup, LoadedLane, LoadedPartition, Position, SkipInfo } from "@millrace/core/backend"

/** A group as it was read from the log, to be changed in memory; `saveGroups` writes what changed, if nobody else has changed it meanwhile. */
export interface GroupState extends LoadedGroup {
  /** Part of its keys' names. Empty until a new group is saved. */
  readonly id: string
  /** Open lanes of the whole group when it was read. */
  readonly openLanes: number
  /** For how many milliseconds claims stay away, so that a change can come through; 0: they need not. */
  readonly wayMs: number
  /** Added to what is stored. */
  readonly added: { dropped: number; skipped: number; readonly skips: SkipInfo[] }
  /** The group's own: a slice may add many, one by one. */
  readonly marks: Set<Position>
  /** Those that were read, by number; a group in key or log order has a single one. */
  readonly partitions: readonly PartitionState[]
}

/** A group's progress in one partition. */
export interface PartitionState extends LoadedPartition {
  readonly lanes: Map<string, Lane>
  /** How many settles it has seen. */
  settles: number
  /** Answers to the last settles, as they are stored. */
  readonly repeats: readonly string[]
}

/** An open lane, which may be changed where it is. */
export type Lane = { -readonly [Field in keyof LoadedLane]: LoadedLane[Field] }
