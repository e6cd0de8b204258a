import {
  checkLimit,
  type Instant,
  type LaneInfo,
  type LaneQuery,
  retriedLanes,
  leasedBy,
  type StoredMessage,
} from "@millrace/core/backend"

import { edit, type GroupState, type Lane, type PartitionState, setLane } from "../group-state.ts"
import type { Log } from "../log.ts"
import { messageAt } from "./message-at.ts"

/** Open lanes by group and key. */
export async function lanes(log: Log, { group, status, after, limit }: LaneQuery = {}): Promise<readonly LaneInfo[]> {
  if (limit !== undefined) checkLimit("limit", limit)
  const now = await log.clock.now()
  const found = await log.groups.fresh(group === undefined ? undefined : [group])
  const all = found
    .flatMap((one) => one.partitions.flatMap((at) => [...at.lanes.values()].map((lane) => ({ group: one, at, lane }))))
    .filter(({ lane }) => status === undefined || lane.at.status === status)
    .filter(({ lane }) => after === undefined || lane.key > after)
    .toSorted((a, b) => compare(a.group.name, b.group.name) || compare(a.lane.key, b.lane.key))
  const page = limit === undefined ? all : all.slice(0, limit)
  return Promise.all(
    page.map(async ({ group: one, at, lane }) =>
      infoOf(one, at, lane, { now, message: lane.kept ?? (await messageAt(log, lane.at.next)) }),
    ),
  )
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function infoOf(
  group: GroupState,
  { partition }: PartitionState,
  { key, at, lease }: Lane,
  { now, message }: { readonly now: Instant; readonly message: StoredMessage | undefined },
): LaneInfo {
  const { status, next, failures, retryAt, error } = at
  const holder = leasedBy(lease, now)?.processName
  return {
    group: group.name,
    key,
    partition,
    status,
    next,
    failures,
    retryAt,
    ...(message === undefined ? {} : { messageId: message.id }),
    ...(error === null ? {} : { error }),
    ...(holder === undefined ? {} : { leasedBy: holder }),
  }
}

/** Makes lanes due at once. One that is being handled right now is fenced: whoever asks for a retry gets a new one. */
export async function retryLanes(log: Log, name: string, keys?: readonly string[]): Promise<number> {
  const now = await log.clock.now()
  const made = await log.groups.change(name, (draft) => {
    let count = 0
    for (const { partition, lanes: open } of draft.partitions) {
      const retried = retriedLanes(open.values(), keys, now)
      if (retried.length === 0) continue
      const at = edit(draft, partition)
      for (const lane of retried) setLane(at, lane)
      count += retried.length
    }
    return count
  })
  if (made > 0) log.news.work()
  return made
}
