import type { LaneInfo, LaneQuery } from "../../backend/operator.ts"
import { checkLimit } from "../../backend/rules/check-arguments.ts"
import { leasedBy } from "../../backend/rules/lease-state.ts"
import { findGroup } from "../find-group.ts"
import type { GroupState, Lane, PartitionState } from "../group-state.ts"
import { type LogState, messageAt } from "../log-state.ts"

/** Open lanes by group and key. */
export function lanes(log: LogState, { group, status, after, limit }: LaneQuery = {}): readonly LaneInfo[] {
  if (limit !== undefined) checkLimit("limit", limit)
  const groups = group === undefined ? [...log.groups.values()] : [findGroup(log, group)]
  const all = groups
    .flatMap((one) => one.partitions.flatMap((at) => [...at.lanes.values()].map((lane) => infoOf(log, one, at, lane))))
    .filter((info) => status === undefined || info.status === status)
    .filter((info) => after === undefined || info.key > after)
    .sort((a, b) => (a.group === b.group ? compare(a.key, b.key) : compare(a.group, b.group)))
  return limit === undefined ? all : all.slice(0, limit)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function infoOf(log: LogState, group: GroupState, at: PartitionState, lane: Lane): LaneInfo {
  const { status, next, failures, retryAt, error } = lane.at
  const messageId = (lane.kept ?? messageAt(log, next))?.id
  const holder = leasedBy(lane.lease, log.clock.now())?.processName
  return {
    group: group.name,
    key: lane.key,
    partition: at.partition,
    status,
    next,
    failures,
    retryAt,
    ...(messageId === undefined ? {} : { messageId }),
    ...(error === null ? {} : { error }),
    ...(holder === undefined ? {} : { leasedBy: holder }),
  }
}
