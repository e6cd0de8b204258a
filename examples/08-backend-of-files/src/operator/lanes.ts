import {
  checkLimit,
  type LaneInfo,
  type LaneQuery,
  leasedBy,
  type LoadedLane,
  retriedLanes,
} from "@millrace/core/backend"

import type { Log } from "../log.ts"
import type { GroupRow } from "../rows.ts"

export function lanes(log: Log, { group, status, after = "", limit }: LaneQuery = {}): readonly LaneInfo[] {
  if (limit !== undefined) checkLimit("limit", limit)
  const groups = group === undefined ? [...log.tables.groups.values()] : [log.group(group)]
  return groups
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((one) => lanesOf(log, one))
    .filter((info) => (status === undefined || info.status === status) && (after === "" || info.key > after))
    .slice(0, limit)
}

function lanesOf(log: Log, { name, partitions }: GroupRow): readonly LaneInfo[] {
  return partitions
    .flatMap(({ partition, lanes: open }) => [...open.values()].map((lane) => infoOf(log, name, partition, lane)))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

function infoOf(log: Log, group: string, partition: number, { key, at, kept, lease }: LoadedLane): LaneInfo {
  const { error, ...state } = at
  const messageId = (kept ?? log.tables.messages.get(at.next))?.id
  const holder = leasedBy(lease, log.now())?.processName
  return {
    group,
    key,
    partition,
    ...state,
    ...(messageId === undefined ? {} : { messageId }),
    ...(error === null ? {} : { error }),
    ...(holder === undefined ? {} : { leasedBy: holder }),
  }
}

export function retryLanes(log: Log, name: string, keys?: readonly string[]): number {
  let made = 0
  for (const { lanes: open } of log.editGroup(name).partitions) {
    const retried = retriedLanes(open.values(), keys, log.now())
    for (const lane of retried) open.set(lane.key, lane)
    made += retried.length
  }
  if (made > 0) log.tell({ kind: "work" })
  return made
}
