import {
  checkLimit,
  checkSpan,
  type ClaimRequest,
  type GroupWant,
  type Idle,
  isClaimable,
  type Slice,
} from "@millrace/core/backend"

import { noSuchGroup } from "./errors.ts"
import type { Log } from "./log.ts"
import { type GroupLook, type LanesDue, lookAt, type Look, type Waiting } from "./look.ts"
import { takeLanes } from "./take-lanes.ts"
import { takePartition } from "./take-partition.ts"

/** How often a claim looks anew when all that it saw was taken by others meanwhile. */
const LOOKS = 3

/** What could be claimed. The lower its position, the needier it is; what a process of the same name held before comes first. */
interface Candidate {
  readonly position: number
  readonly before: boolean
  take(): Promise<Slice | undefined>
}

/** What one look has found. */
interface Found {
  readonly candidates: Candidate[]
  readonly outdated: { readonly group: string; readonly type: string }[]
  nextAt: number
  /** Whether something was gone when it was to be taken. */
  lost: boolean
}

/** Leases the neediest of all that is free: one statement to look, one to take. */
export async function claim(log: Log, request: ClaimRequest): Promise<Slice | Idle> {
  checkSpan("leaseMs", request.leaseMs)
  for (const { limit } of request.groups) checkLimit("limit", limit)
  for (let looks = 1; ; looks += 1) {
    const look = await lookAt(log, request)
    const found: Found = {
      candidates: [],
      outdated: [],
      nextAt: look.nextSchedule ?? Number.POSITIVE_INFINITY,
      lost: false,
    }
    for (const want of request.groups) lookAtGroup(log, request, want, look, found)
    const slice = await takeNeediest(found.candidates)
    if (slice !== undefined) return slice
    if (found.lost && looks < LOOKS) continue
    const due = Math.min(found.nextAt, look.nextLane ?? Number.POSITIVE_INFINITY)
    const nextAt = Number.isFinite(due) ? due : null
    return { kind: "idle", now: look.now, nextAt, outdated: unique(found.outdated) }
  }
}

/** The neediest first. Where another process was quicker, it is likely after the next one too: any other will do. */
async function takeNeediest(candidates: readonly Candidate[]): Promise<Slice | undefined> {
  const left = candidates.toSorted((a, b) => (a.before === b.before ? a.position - b.position : a.before ? -1 : 1))
  let pick = 0
  while (left.length > 0) {
    const [candidate] = left.splice(pick, 1)
    const slice = await candidate?.take()
    if (slice !== undefined) return slice
    pick = Math.floor(Math.random() * Math.min(left.length, SPREAD))
  }
  return undefined
}

/** Among how many of the neediest a claim picks after it lost one. */
const SPREAD = 8

function lookAtGroup(log: Log, request: ClaimRequest, want: GroupWant, look: Look, found: Found): void {
  const group = look.groups.get(want.group)
  if (group === undefined) throw noSuchGroup(want.group)
  if (!group.row.active) return
  for (const waiting of group.waiting) lookAtPartition(log, request, want, { group, waiting, now: look.now }, found)
  for (const due of group.lanes) {
    found.candidates.push({
      position: due.position,
      before: due.mine,
      take: () => takeDue(log, request, want, { group, due }, found),
    })
  }
}

async function takeDue(
  log: Log,
  request: ClaimRequest,
  want: GroupWant,
  { group, due }: { readonly group: GroupLook; readonly due: LanesDue },
  found: Found,
): Promise<Slice | undefined> {
  const taken = await takeLanes(log, { group, due, want, request })
  if (taken.kind === "slice") return taken
  found.lost ||= taken.lacking.size === 0
  for (const type of taken.lacking) found.outdated.push({ group: want.group, type })
  return undefined
}

function lookAtPartition(
  log: Log,
  request: ClaimRequest,
  want: GroupWant,
  { group, waiting, now }: { readonly group: GroupLook; readonly waiting: Waiting; readonly now: number },
  found: Found,
): void {
  const { at, type, position } = waiting
  if (!want.types.includes(type)) {
    found.outdated.push({ group: want.group, type })
    return
  }
  const freeAt = Math.max(isClaimable(at.lease, now) ? 0 : at.lease.until, at.hold?.retryAt ?? 0)
  if (freeAt > now) {
    found.nextAt = Math.min(found.nextAt, freeAt)
    return
  }
  const before = at.lease.owner?.processName === request.owner.processName
  const take = async (): Promise<Slice | undefined> => {
    const slice = await takePartition(log, { group, at, want, request })
    found.lost ||= slice === undefined
    return slice
  }
  found.candidates.push({ position, before, take })
}

function unique(outdated: Found["outdated"]): Idle["outdated"] {
  return [...new Map(outdated.map((one) => [JSON.stringify([one.group, one.type]), one])).values()]
}
