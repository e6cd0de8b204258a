import type { Instant } from "../../message/ids.ts"
import type { GroupRecord, LaneRecord, PartitionRecord } from "../transfer.ts"
import { FREE } from "./lease-state.ts"
import type { LoadedGroup, LoadedLane, LoadedPartition } from "./loaded-group.ts"

/** A group as it was, without leases. Its types count as wanted now. */
export function restoredGroup(record: GroupRecord, now: Instant): LoadedGroup {
  const { group: name, order, start, stopped = null, maxLanes, reemit, epoch, dropped, skipped } = record
  return {
    name,
    order,
    start,
    stopped,
    maxLanes,
    types: new Map(record.types.map(({ type, since }) => [type, { since, wantedAt: now }])),
    heardAt: now,
    reemit,
    epoch,
    dropped,
    skipped,
    marks: new Set(record.marks),
    partitions: record.partitions.map(restoredPartition),
  }
}

function restoredPartition(record: PartitionRecord, partition: number): LoadedPartition {
  const { checkpoint, replay, rows, hold = null, lanes } = record
  return {
    partition,
    checkpoint,
    replay,
    rows: new Map(rows.map((row) => [row.key, row.replay])),
    token: null,
    lease: FREE,
    leaseMs: 0,
    hold,
    lanes: new Map(lanes.map((lane) => [lane.key, restoredLane(lane)])),
  }
}

function restoredLane(record: LaneRecord): LoadedLane {
  const { key, single, replay, kept, status, next, retryAt, failures, error = null } = record
  const lane = { key, single, replay, at: { status, next, retryAt, failures, error }, token: null, lease: FREE }
  return kept === undefined ? lane : { ...lane, kept }
}
