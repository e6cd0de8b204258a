import {
  checkLimit,
  checkSpan,
  type ClaimRequest,
  type GroupWant,
  type Idle,
  isClaimable,
  leaseSpan,
  type Slice,
} from "@millrace/core/backend"

import { noSuchGroup } from "./errors.ts"
import { type Candidate, keepLook, type KeptLook } from "./kept-look.ts"
import type { Log } from "./log.ts"
import { lookAt, type Look, type Waiting } from "./look.ts"
import { takeLanes } from "./take-lanes.ts"
import { mayTakeNext, takeNext } from "./take-next.ts"
import { mayTakeTogether, type PartitionSeen, takePartition, takeTogether } from "./take-partition.ts"

/** How often a claim looks anew when all that it saw was taken by others meanwhile. */
const LOOKS = 3

/** What one look has found besides what can be claimed. */
interface Found {
  readonly outdated: { readonly group: string; readonly type: string }[]
  nextAt: number
  /** Whether something was gone when it was to be taken. */
  lost: boolean
}

/**
 * Leases the neediest of all that is free: one statement to look, one to take. Where a look has found much, the next claims of this process go on
 * with what it left: with many groups a look costs more than many takes.
 */
export async function claim(log: Log, request: ClaimRequest): Promise<Slice | Idle> {
  checkSpan("leaseMs", request.leaseMs)
  for (const { limit } of request.groups) checkLimit("limit", limit)
  let kept = takeKept(log, request)
  // Without a wait between this and the start of an own look, of claims at once only one looks.
  if (kept === undefined && log.looks.onItsWay !== undefined) {
    await log.looks.onItsWay
    kept = takeKept(log, request)
  }
  const quick = kept === undefined ? undefined : await kept
  if (quick !== undefined) return quick
  // Of claims at once only one: what else waits shows in a look.
  const wake = log.looks.atRest && mayTakeNext(request) && !(log.looks.crowded && severalOf(request))
  log.looks.atRest = false
  for (let looks = 1; ; looks += 1) {
    const around = await (wake && looks === 1
      ? takeOrLook(log, request)
      : lookAround(log, request, { began: performance.now(), looking: lookAt(log, request) }))
    if ("slice" in around) return around.slice
    const { look, candidates, found } = around
    const slice = await takeNeediest(log, request, candidates, found)
    if (slice !== undefined && slice.source === "partition" && !found.lost && candidates.empty()) {
      log.looks.atRest = true
      const nextAt = Math.min(found.nextAt, look.now + leaseSpan(request.leaseMs, slice.takeovers))
      return { ...slice, nothingElse: idle(look, { ...found, nextAt }) }
    }
    if (slice !== undefined) return slice
    if (found.lost && looks < LOOKS) continue
    log.looks.atRest = true
    return idle(look, found)
  }
}

function idle(look: Look, found: Found): Idle {
  const due = Math.min(found.nextAt, look.nextLane ?? Number.POSITIVE_INFINITY)
  const nextAt = Number.isFinite(due) ? due : null
  return { kind: "idle", now: look.now, nextAt, outdated: unique(found.outdated) }
}

/** Whether it asks for several slices of a group at once. */
function severalOf({ groups }: ClaimRequest): boolean {
  return groups.some(({ slices = 1 }) => slices > 1)
}

/** Goes on with what an earlier look has left. That nothing is there only an own look can say. */
function takeKept(log: Log, request: ClaimRequest): Promise<Slice | undefined> | undefined {
  const { last } = log.looks
  if (last === undefined || !last.serves(request.owner)) return undefined
  return takeNeediest(log, request, last, nothingFound(Number.POSITIVE_INFINITY))
}

/** Of a process at rest, which was woken: takes what is neediest in the look itself, where that is plain to take. */
async function takeOrLook(log: Log, request: ClaimRequest) {
  const began = performance.now()
  const taken = await takeNext(log, request)
  if ("slice" in taken) {
    log.looks.tookOne = true
    return { slice: await taken.slice }
  }
  return lookAround(log, request, { began, looking: Promise.resolve(taken.look) })
}

async function lookAround(
  log: Log,
  request: ClaimRequest,
  { began, looking }: { readonly began: number; readonly looking: Promise<Look> },
) {
  const landed = (): void => {
    if (log.looks.onItsWay === onItsWay) log.looks.onItsWay = undefined
  }
  const onItsWay = looking.then(landed, landed)
  if (log.looks.last?.large !== false) log.looks.onItsWay = onItsWay
  const look = await looking
  const found = nothingFound(look.nextSchedule ?? Number.POSITIVE_INFINITY)
  const seen: Candidate[] = []
  for (const want of request.groups) lookAtGroup(request, want, look, { found, seen })
  const candidates = keepLook(seen, request.owner, performance.now() - began)
  log.looks.last = candidates
  log.looks.crowded = seen.length + (log.looks.tookOne ? 1 : 0) > 1
  log.looks.tookOne = false
  return { look, candidates, found }
}

function nothingFound(nextAt: number): Found {
  return { outdated: [], nextAt, lost: false }
}

/** The neediest first. Where another process was quicker, it is likely after the next one too: any other will do. */
async function takeNeediest(
  log: Log,
  request: ClaimRequest,
  candidates: KeptLook,
  found: Found,
): Promise<Slice | undefined> {
  for (let lost = false; ; lost = true) {
    const next = candidates.next(request, lost)
    if (next === undefined) return undefined
    const slice = (await takeSeveral(log, request, next, candidates, found)) ?? (await take(log, request, next, found))
    if (slice !== undefined) return slice
  }
}

/** Where several slices of a group are asked for and wait: all of them at once. `undefined` where they are not, or all have changed. */
async function takeSeveral(
  log: Log,
  request: ClaimRequest,
  { candidate, want }: { readonly candidate: Candidate; readonly want: GroupWant },
  candidates: KeptLook,
  found: Found,
): Promise<Slice | undefined> {
  const { group, what } = candidate
  const { slices = 1 } = want
  const seenAt = ({ at }: Waiting): PartitionSeen => ({ group, at, want, request })
  if (slices < 2 || what.kind !== "partition" || !mayTakeTogether(seenAt(what.waiting))) return undefined
  const others = candidates.more(group, slices - 1, (waiting) => mayTakeTogether(seenAt(waiting)))
  if (others.length === 0) return undefined
  const [first, ...also] = await takeTogether(log, [what.waiting, ...others].map(seenAt))
  found.lost ||= also.length < others.length
  return first === undefined ? undefined : { ...first, also }
}

async function take(
  log: Log,
  request: ClaimRequest,
  { candidate, want }: { readonly candidate: Candidate; readonly want: GroupWant },
  found: Found,
): Promise<Slice | undefined> {
  const { group, what } = candidate
  if (what.kind === "partition") {
    const slice = await takePartition(log, { group, at: what.waiting.at, want, request })
    found.lost ||= slice === undefined
    return slice
  }
  const taken = await takeLanes(log, { group, due: what.due, want, request })
  if (taken.kind === "slice") return taken
  found.lost ||= taken.lacking.size === 0
  for (const type of taken.lacking) found.outdated.push({ group: want.group, type })
  return undefined
}

function lookAtGroup(
  request: ClaimRequest,
  want: GroupWant,
  look: Look,
  { found, seen }: { readonly found: Found; readonly seen: Candidate[] },
): void {
  const group = look.groups.get(want.group)
  if (group === undefined) throw noSuchGroup(want.group)
  if (!group.row.active) return
  for (const waiting of group.waiting) {
    const { at, type, position } = waiting
    if (!want.types.includes(type)) {
      found.outdated.push({ group: want.group, type })
      continue
    }
    const { processName } = request.owner
    const freeAt = Math.max(isClaimable(at.lease, look.now, processName) ? 0 : at.lease.until, at.hold?.retryAt ?? 0)
    if (freeAt > look.now) {
      found.nextAt = Math.min(found.nextAt, freeAt)
      continue
    }
    const before = at.lease.owner?.processName === processName
    seen.push({ group, position, before, what: { kind: "partition", waiting } })
  }
  for (const due of group.lanes)
    seen.push({ group, position: due.position, before: due.mine, what: { kind: "lanes", due } })
}

function unique(outdated: Found["outdated"]): Idle["outdated"] {
  return [...new Map(outdated.map((one) => [JSON.stringify([one.group, one.type]), one])).values()]
}
