import {
  checkLimit,
  checkSpan,
  type ClaimRequest,
  type GroupWant,
  type Idle,
  isClaimable,
  type Position,
  type Slice,
} from "@millrace/core/backend"

import type { Log } from "./log.ts"
import type { GroupRow, LaneRow, PartitionRow } from "./rows.ts"
import { laneSlice, partitionSlice } from "./slices.ts"
import { groupOf, partitionsOf, wantedAbove, wantedOfLane } from "./waiting.ts"

/** Something that may be leased now: a lane, or a partition. */
export interface Candidate {
  readonly group: GroupRow
  readonly want: GroupWant
  readonly at: PartitionRow
  readonly lane: LaneRow | undefined
  readonly oldest: Position
  /** Whether a process of this name holds an expired lease of it. */
  readonly own: boolean
}

interface Look {
  readonly candidates: Candidate[]
  readonly lacking: Set<string>
  nextAt: number
}

export function claim(log: Log, request: ClaimRequest): Slice | Idle {
  checkSpan("leaseMs", request.leaseMs)
  const candidates: Candidate[] = []
  const outdated: Idle["outdated"][number][] = []
  let nextAt = log.due()[0]?.at ?? Infinity
  for (const want of request.groups) {
    checkLimit("limit", want.limit)
    const group = groupOf(log, want.group)
    if (group.stopped !== undefined) continue
    const look: Look = { candidates, lacking: new Set(), nextAt }
    for (const at of partitionsOf(log, group)) {
      const retrying = at.lanes.filter(({ status }) => status === "retrying")
      for (const lane of [undefined, ...retrying]) lookAt(log, request, { group, want, at, lane }, look)
    }
    nextAt = look.nextAt
    for (const type of look.lacking) outdated.push({ group: group.group, type })
  }
  const [best] = candidates.sort((a, b) => Number(b.own) - Number(a.own) || a.oldest - b.oldest)
  if (best === undefined) return { kind: "idle", now: log.now(), nextAt: nextAt === Infinity ? null : nextAt, outdated }
  return best.lane === undefined ? partitionSlice(log, best, request) : laneSlice(log, best, best.lane, request)
}

/** Sees whether a lane, or a partition, may be leased now, waits for a type that this process lacks, or falls due by time alone. */
function lookAt(
  log: Log,
  request: ClaimRequest,
  of: Pick<Candidate, "group" | "want" | "at" | "lane">,
  look: Look,
): void {
  const { group, want, at, lane } = of
  const [first] = lane === undefined ? wantedAbove(log, group, at, at.checkpoint) : wantedOfLane(log, group, at, lane)
  const oldest = lane?.next ?? first?.position
  if (oldest === undefined) return
  if (first !== undefined && !want.types.includes(first.type)) {
    look.lacking.add(first.type)
    return
  }
  const { lease } = lane ?? at
  const freeAt = isClaimable(lease, log.now(), request.owner.processName) ? 0 : lease.until
  const dueAt = Math.max(freeAt, lane?.retryAt ?? at.hold?.retryAt ?? 0)
  if (dueAt > log.now()) look.nextAt = Math.min(look.nextAt, dueAt)
  else look.candidates.push({ ...of, oldest, own: lease.owner?.processName === request.owner.processName })
}
