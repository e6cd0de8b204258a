import {
  checkLimit,
  checkSpan,
  type ClaimRequest,
  type GroupWant,
  type Idle,
  isClaimable,
} from "@millrace/core/backend"

import type { AppendRoom } from "./append.ts"
import { type GroupModel, groupNamed, type PartitionModel } from "./group-model.ts"
import { int } from "./row.ts"
import { selectDueLanes } from "./sql/select-due-lanes.ts"
import { selectNextDue } from "./sql/select-next-due.ts"
import { selectNextSchedule } from "./sql/select-next-schedule.ts"
import { selectReservedLanes } from "./sql/select-reserved-lanes.ts"
import { type LanesTaken, takeLanes } from "./take-lanes.ts"
import { type PartitionTaken, takePartition } from "./take-partition.ts"
import type { Writing } from "./transaction.ts"
import { type Waiting, waitingIn } from "./waiting.ts"

/** What a claim took, its messages still to be fetched; or nothing. */
export type Taken = PartitionTaken | LanesTaken | Idle

/** Due lanes looked at to find the partition whose lanes have waited longest. */
const LANES_LOOKED_AT = 32

/** What could be claimed. The lower its position, the needier it is; what a process of the same name held before comes first. */
interface Candidate {
  readonly position: number
  readonly before: boolean
  take(): Taken | undefined
}

/** What one look at all groups gathers. */
interface Look {
  readonly writing: Writing
  readonly request: ClaimRequest
  readonly room: AppendRoom
  readonly candidates: Candidate[]
  /** By group: the types that keep something from this process. Lanes add theirs when they are tried. */
  readonly lacking: Map<string, Set<string>>
  nextAt: number
}

export function checkClaim(request: ClaimRequest): void {
  checkSpan("leaseMs", request.leaseMs)
  for (const { limit } of request.groups) checkLimit("limit", limit)
}

/** Leases the neediest of all that is free, in one look. */
export function claim(writing: Writing, request: ClaimRequest, room: AppendRoom): Taken {
  const { db, log, now } = writing
  room.memo.heads.catchUp(db, log.head)
  const look: Look = { writing, request, room, candidates: [], lacking: new Map(), nextAt: Number.POSITIVE_INFINITY }
  for (const want of request.groups) lookAtGroup(look, want)
  for (const candidate of look.candidates.sort(byNeed)) {
    const taken = candidate.take()
    if (taken !== undefined) return taken
  }
  const schedule = db.get(selectNextSchedule)
  if (schedule !== undefined) look.nextAt = Math.min(look.nextAt, int(schedule[0]))
  const nextAt = Number.isFinite(look.nextAt) ? look.nextAt : null
  const outdated = [...look.lacking].flatMap(([group, types]) => [...types].map((type) => ({ group, type })))
  return { kind: "idle", now, nextAt, outdated }
}

function byNeed(a: Candidate, b: Candidate): number {
  return a.before === b.before ? a.position - b.position : a.before ? -1 : 1
}

function lookAtGroup(look: Look, want: GroupWant): void {
  const { writing, room } = look
  const group = groupNamed(writing.db, room.memo, want.group)
  if (group.status !== "active") return
  const handled = new Set(want.types)
  let lanes = 0
  const lacking = new Set<string>()
  look.lacking.set(group.name, lacking)
  for (const partition of group.partitions) {
    lanes += partition.lanes
    const { heads } = room.memo
    const waiting = waitingIn(writing.db, { group, partition, handled, heads, partitions: room.partitions() })
    if (waiting === undefined) continue
    if (waiting.lacking !== undefined) lacking.add(waiting.lacking)
    if (waiting.oldest <= waiting.upto) lookAtPartition(look, want, group, partition, waiting)
  }
  if (lanes > 0) lookAtLanes(look, want, group, handled, lacking)
}

function lookAtPartition(
  look: Look,
  want: GroupWant,
  group: GroupModel,
  partition: PartitionModel,
  waiting: Waiting,
): void {
  const { writing, request } = look
  const freeAt = Math.max(
    isClaimable(partition.lease, writing.now, request.owner.processName) ? 0 : partition.lease.until,
    partition.hold?.retryAt ?? 0,
  )
  if (freeAt > writing.now) {
    look.nextAt = Math.min(look.nextAt, freeAt)
    return
  }
  look.candidates.push({
    position: waiting.oldest,
    before: partition.lease.owner?.processName === request.owner.processName,
    take: () => takePartition(writing, { group, partition, waiting, request, limit: want.limit }),
  })
}

function lookAtLanes(
  look: Look,
  want: GroupWant,
  group: GroupModel,
  handled: ReadonlySet<string>,
  lacking: Set<string>,
): void {
  const { writing, request } = look
  const next = writing.db.get(selectNextDue, group.id, writing.now)
  if (next !== undefined) look.nextAt = Math.min(look.nextAt, int(next[0]))
  const tried = new Set<number>()
  const tryPartition = (partition: number, position: number, before: boolean): void => {
    if (tried.has(partition)) return
    tried.add(partition)
    const take = () => takeLanes(writing, { group, partition, request, limit: want.limit, handled, lacking })
    look.candidates.push({ position, before, take })
  }
  const { processName } = request.owner
  const reserved = writing.db.all(selectReservedLanes, group.id, processName, writing.now, LANES_LOOKED_AT)
  for (const row of reserved) tryPartition(int(row[0]), int(row[1]), true)
  const due = writing.db.all(selectDueLanes, group.id, writing.now, processName, LANES_LOOKED_AT)
  for (const row of due) tryPartition(int(row[0]), int(row[1]), int(row[2]) === 1)
  if (due.length < LANES_LOOKED_AT) return
  // Those in front may all wait for types this process lacks: they must not hide the lanes of other partitions.
  for (const { partition, lanes } of group.partitions)
    if (lanes > 0) tryPartition(partition, Number.MAX_SAFE_INTEGER, false)
}
