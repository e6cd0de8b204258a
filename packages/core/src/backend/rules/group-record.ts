import type { StoredMessage } from "../../message/message.ts"
import type { SkipInfo } from "../operator.ts"
import type { GroupRecord, LaneRecord, PartitionRecord } from "../transfer.ts"
import type { LaneState } from "./lane-after-settle.ts"
import type { LoadedGroup, LoadedLane, LoadedPartition } from "./loaded-group.ts"

/** What a dump says of a group. */
export function groupRecordOf(group: LoadedGroup, skips: readonly SkipInfo[]): GroupRecord {
  return {
    kind: "group",
    group: group.name,
    order: group.order,
    start: group.start,
    ...(group.stopped === null ? {} : { stopped: group.stopped }),
    maxLanes: group.maxLanes,
    types: byName(group.types).map(([type, { since }]) => ({ type, since })),
    epoch: group.epoch,
    reemit: group.reemit,
    dropped: group.dropped,
    skips,
    skipped: group.skipped,
    marks: [...group.marks].sort((a, b) => a - b),
    partitions: group.partitions.map(partitionRecordOf),
  }
}

function partitionRecordOf({ checkpoint, replay, rows, hold, lanes }: LoadedPartition): PartitionRecord {
  return {
    checkpoint,
    replay,
    rows: byName(rows).map(([key, state]) => ({ key, replay: state })),
    ...(hold === null ? {} : { hold }),
    lanes: byName(lanes).map(([, lane]) => laneRecordOf({ ...lane, ...lane.at })),
  }
}

/** What a dump says of an open lane. */
export function laneRecordOf(
  lane: LaneState & Pick<LoadedLane, "key" | "single" | "replay"> & { readonly kept?: StoredMessage | undefined },
): LaneRecord {
  const { key, single, status, next, retryAt, failures, error, replay, kept } = lane
  return {
    key,
    single,
    status,
    next,
    retryAt,
    failures,
    ...(error === null ? {} : { error }),
    replay,
    ...(kept === undefined ? {} : { kept }),
  }
}

function byName<T>(entries: Iterable<readonly [string, T]>): readonly (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
}
