import type { Position } from "../../message/ids.ts"
import { handledBefore } from "./handled-before.ts"
import { replayAfterReset } from "./replay-after-reset.ts"
import type { ReplayState, UnhandledRange } from "./replay-state.ts"

/** A partition of a group as a reset finds it, with all its open lanes and replay rows. */
export interface ResetPartition {
  readonly checkpoint: Position
  readonly replay: ReplayState
  readonly lanes: readonly ResetLane[]
  readonly rows: readonly ReplayRow[]
}

/** An open lane as a reset finds it. `single`: one message of a log-ordered group. */
export interface ResetLane {
  readonly key: string
  readonly next: Position
  readonly replay: ReplayState
  readonly single: boolean
  /** The type of the message at `next`, for `single` lanes. */
  readonly type?: string
}

/** The replay state of one stream (or key), where it differs from its partition's. */
export interface ReplayRow {
  readonly key: string
  readonly replay: ReplayState
}

/** What a partition becomes. `rows` are all its replay rows from now on. */
export interface ResetPlan {
  readonly checkpoint: Position
  readonly replay: ReplayState
  readonly rows: readonly ReplayRow[]
  /** Keys of the lanes that are dissolved. The others stay as they are. */
  readonly dissolve: readonly string[]
}

/**
 * Plans the reset of one partition to `point`; `undefined` when its checkpoint is not above it, and nothing of it moves. A lane that waits at or
 * below the point stays: what it has not reached is in front of the point. The others dissolve: the partition hands their messages out again.
 * Either way the stream's own progress is kept in a row, for the partition's limit is not true of it.
 * `sinceOf` is the group's *before* the reset lowers any.
 */
export function planReset(
  partition: ResetPartition,
  point: Position,
  sinceOf: (type: string) => Position | undefined,
): ResetPlan | undefined {
  if (partition.checkpoint <= point) return undefined
  const streamLanes = partition.lanes.filter((lane) => !lane.single)
  const dissolved = partition.lanes.filter((lane) => lane.next > point)
  const replay = replayAfterReset(partition.replay, partition.checkpoint, sinceOf)
  const withLane = new Set(streamLanes.map((lane) => lane.key))
  const rows = [
    ...partition.rows
      .filter((row) => !withLane.has(row.key))
      .map((row) => ({ key: row.key, replay: replayAfterReset(row.replay, partition.checkpoint, sinceOf) })),
    ...streamLanes.map((lane) => ({ key: lane.key, replay: replayAfterReset(lane.replay, lane.next - 1, sinceOf) })),
  ]
  const aside = dissolved.filter((lane) => lane.single).flatMap(setAside)
  return {
    checkpoint: point,
    replay: { ...replay, unhandled: [...replay.unhandled, ...aside] },
    rows,
    dissolve: dissolved.map((lane) => lane.key),
  }
}

/** A log-ordered group's parked message was not handled, unless it was being replayed. */
function setAside(lane: ResetLane): readonly UnhandledRange[] {
  if (lane.type !== undefined && handledBefore(lane.replay, { position: lane.next, type: lane.type })) return []
  return [{ type: null, after: lane.next - 1, upto: lane.next }]
}
