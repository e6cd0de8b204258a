import {
  checkLimit,
  type Instant,
  type LaneInfo,
  type LaneQuery,
  leasedBy,
  type Position,
} from "@millrace/core/backend"

import { load } from "../change.ts"
import type { GroupState, Lane, PartitionState } from "../group-state.ts"
import type { Log } from "../log.ts"
import { messagesByPosition } from "../waiting.ts"

/** An open lane and where it is. */
interface Place {
  readonly group: GroupState
  readonly at: PartitionState
  readonly lane: Lane
}

/** Open lanes by group and key. */
export async function lanes(log: Log, { group, status, after, limit }: LaneQuery = {}): Promise<readonly LaneInfo[]> {
  if (limit !== undefined) checkLimit("limit", limit)
  const { read } = await load(log, group === undefined ? {} : { names: [group] })
  const groups = group === undefined ? read.groups : [read.group(group)]
  const all = groups
    .flatMap((one) =>
      one.partitions.flatMap((at) => [...at.lanes.values()].map((lane): Place => ({ group: one, at, lane }))),
    )
    .filter(({ lane }) => status === undefined || lane.at.status === status)
    .filter(({ lane }) => after === undefined || lane.key > after)
    .sort((a, b) => compare(a.group.name, b.group.name) || compare(a.lane.key, b.lane.key))
  const some = limit === undefined ? all : all.slice(0, limit)
  const found = await messagesByPosition(
    log,
    some.filter(({ lane }) => lane.kept === undefined).map(({ lane }) => lane.at.next),
  )
  return some.map((place) => infoOf(place, read.now, (position) => found.get(position)?.id))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function infoOf({ group, at, lane }: Place, now: Instant, idAt: (position: Position) => string | undefined): LaneInfo {
  const { status, next, failures, retryAt, error } = lane.at
  const messageId = lane.kept?.id ?? idAt(next)
  const holder = leasedBy(lane.lease, now)?.processName
  return {
    group: group.name,
    key: lane.key,
    partition: at.partition,
    status,
    next,
    ...(messageId === undefined ? {} : { messageId }),
    failures,
    retryAt,
    ...(error === null ? {} : { error }),
    ...(holder === undefined ? {} : { leasedBy: holder }),
  }
}
