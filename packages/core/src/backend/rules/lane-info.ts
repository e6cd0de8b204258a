import type { Instant, MessageId } from "../../message/ids.ts"
import type { LaneInfo, LaneQuery } from "../operator.ts"
import type { LaneState } from "./lane-after-settle.ts"
import { leasedBy } from "./lease-state.ts"
import type { LoadedGroup, LoadedLane, LoadedPartition } from "./loaded-group.ts"

/** What a query of lanes shows of one. */
export interface LaneShown extends LaneState, Pick<LoadedLane, "key" | "lease"> {
  readonly group: string
  readonly partition: number
  /** Of the message it waits at. */
  readonly messageId: MessageId | undefined
}

/** What `lanes` tells of a lane. */
export function laneInfoOf(shown: LaneShown, now: Instant): LaneInfo {
  const { group, partition, key, lease, status, next, failures, retryAt, messageId, error } = shown
  const holder = leasedBy(lease, now)?.processName
  return {
    group,
    key,
    partition,
    status,
    next,
    failures,
    retryAt,
    ...(messageId === undefined ? {} : { messageId }),
    ...(error === null ? {} : { error }),
    ...(holder === undefined ? {} : { leasedBy: holder }),
  }
}

/** A lane, and where it is open. */
export interface LanePlace {
  readonly group: LoadedGroup
  readonly at: LoadedPartition
  readonly lane: LoadedLane
}

/** The same of a lane in memory. `messageId`: of the message it waits at, where it does not keep that itself. */
export function laneInfoAt(
  { group, at, lane }: LanePlace,
  { messageId, now }: { readonly messageId: MessageId | undefined; readonly now: Instant },
): LaneInfo {
  const { key, lease, kept } = lane
  const place = { group: group.name, partition: at.partition, key, lease }
  return laneInfoOf({ ...place, ...lane.at, messageId: kept?.id ?? messageId }, now)
}

/** The lanes of some groups that a query asks for, by group and key. */
export function lanesFound(groups: readonly LoadedGroup[], { status, after, limit }: LaneQuery): readonly LanePlace[] {
  const all = groups
    .flatMap((group) => group.partitions.flatMap((at) => [...at.lanes.values()].map((lane) => ({ group, at, lane }))))
    .filter(({ lane }) => status === undefined || lane.at.status === status)
    .filter(({ lane }) => after === undefined || lane.key > after)
    .sort((a, b) => compare(a.group.name, b.group.name) || compare(a.lane.key, b.lane.key))
  return limit === undefined ? all : all.slice(0, limit)
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
