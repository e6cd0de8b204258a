import type { Instant, Position } from "../../message/ids.ts"
import type { GroupSpec } from "../group.ts"
import { FREE } from "./lease-state.ts"
import type { LoadedGroup, LoadedPartition } from "./loaded-group.ts"
import { replayFromStart } from "./replay-state.ts"

/** A group that nobody has asked for before. Its first types are wanted from the log's beginning; `partitions`: of the log. */
export function freshGroup(
  spec: GroupSpec,
  { start, partitions, now }: { readonly start: Position; readonly partitions: number; readonly now: Instant },
): LoadedGroup {
  return {
    name: spec.group,
    order: spec.order,
    start,
    stopped: null,
    maxLanes: spec.maxLanes,
    types: new Map(spec.types.map((type) => [type, { since: 0, wantedAt: now }])),
    heardAt: now,
    reemit: false,
    epoch: 0,
    dropped: 0,
    skipped: 0,
    marks: new Set(),
    partitions: Array.from({ length: spec.order === "stream" ? partitions : 1 }, (_, at) => freshPartition(at, start)),
  }
}

function freshPartition(partition: number, start: Position): LoadedPartition {
  return {
    partition,
    checkpoint: start,
    replay: replayFromStart(start),
    rows: new Map(),
    token: null,
    lease: FREE,
    leaseMs: 0,
    hold: null,
    lanes: new Map(),
  }
}
