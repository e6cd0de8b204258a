import { checkLimit, checkSpan, type ClaimRequest, type Idle, type Slice } from "@millrace/core/backend"

import { type Asked, type Candidate, lookForWork, type Look, needier, noLook } from "./candidates.ts"
import type { GroupState } from "./group-state.ts"
import type { Log } from "./log.ts"
import { lookAhead } from "./look-ahead.ts"
import { nextDueHeard } from "./schedules.ts"
import { takeLanes } from "./take-lanes.ts"
import { takePartition } from "./take-partition.ts"

/** A lease that was taken, and its messages still to be read. */
export type Taken = () => Promise<Slice>

/** Segments of the log looked through before what was found is handed out. */
const SEGMENTS_PER_LOOK = 16

/** Looks that find something which is gone when it is to be taken. */
const MOST_LOOKS = 100

/**
 * Leases what is neediest: what a process of this name held before, then whatever has waited longest. First by what this process knows, for
 * the write shows whether it is still so; only an answer that there is nothing needs a fresh look.
 */
export async function claim(log: Log, request: ClaimRequest): Promise<Slice | Idle> {
  checkSpan("leaseMs", request.leaseMs)
  for (const { limit } of request.groups) checkLimit("limit", limit)
  const routine = request.routine === true && log.heardLately()
  let fresh = false
  for (let count = 0; count < MOST_LOOKS; count += 1) {
    const states = await statesOf(log, request, fresh)
    const now = await log.clock.now()
    const look = await lookAt(log, request, states, now)
    const best = look.candidates.reduce<Candidate | undefined>(needier, undefined)
    if (best !== undefined) {
      const taken = await take(log, request, best)
      if (taken !== undefined) return taken()
      fresh = true
      continue
    }
    if (fresh || (routine && areKnownWell(log, request))) return idle(log, look, now)
    fresh = true
  }
  return { kind: "idle", now: await log.clock.now(), nextAt: await log.clock.now(), outdated: [] }
}

async function statesOf(
  log: Log,
  { groups, routine = false }: ClaimRequest,
  fresh: boolean,
): Promise<ReadonlyMap<string, GroupState>> {
  const names = [...new Set(groups.map(({ group }) => group))]
  const [states] = await Promise.all([
    fresh ? log.groups.fresh(names) : Promise.all(names.map((name) => log.groups.known(name))),
    fresh && !(routine && log.heardLately()) ? log.catchUp() : undefined,
  ])
  return new Map(states.map((state) => [state.name, state]))
}

async function lookAt(
  log: Log,
  { groups, owner }: ClaimRequest,
  states: ReadonlyMap<string, GroupState>,
  now: number,
): Promise<Look> {
  const running = groups.flatMap((want) => {
    const group = states.get(want.group)
    return group === undefined || group.stopped !== null ? [] : [{ group, want }]
  })
  const active = running.filter(({ group }) => group.way <= now)
  const ways = running.flatMap(({ group }) => (group.way > now ? [group.way] : []))
  for (;;) {
    const isAll = await lookAhead(
      log,
      active.map(({ group }) => group),
      SEGMENTS_PER_LOOK,
    )
    const look = { ...noLook(), nextAt: Math.min(Number.POSITIVE_INFINITY, ...ways) }
    for (const { group, want } of active)
      await lookForWork(log, { group, want, processName: owner.processName, now }, look)
    // What was looked at is older than the rest: whatever may be had of it comes first.
    if (isAll || look.candidates.length > 0) return look
  }
}

/** Takes what is neediest in the best candidate's group, as that is at the write. */
async function take(log: Log, request: ClaimRequest, { group, want }: Candidate): Promise<Taken | undefined> {
  return log.groups.claim(group.name, async (draft): Promise<Taken | undefined> => {
    const now = await log.clock.now()
    if (draft.stopped !== null || draft.way > now) return undefined
    const asked: Asked = { group: draft, want, processName: request.owner.processName, now }
    const look = noLook()
    await lookAhead(log, [draft], SEGMENTS_PER_LOOK)
    await lookForWork(log, asked, look)
    const best = look.candidates.reduce<Candidate | undefined>(needier, undefined)
    if (best === undefined) return undefined
    return best.kind === "partition"
      ? takePartition(log, draft, best, { request, now })
      : takeLanes(log, draft, best, { request, now })
  })
}

/** A process that is told of what others do looks at its groups by itself this often: what they do may fall silent with them. */
const GROUPS_GOOD_FOR_MS = 10_000

function areKnownWell(log: Log, { groups }: ClaimRequest): boolean {
  const since = performance.now() - GROUPS_GOOD_FOR_MS
  return groups.every(({ group }) => log.groups.seenAt(group) > since)
}

async function idle(log: Log, look: Look, now: number): Promise<Idle> {
  const due = await nextDueHeard(log)
  const nextAt = Math.min(look.nextAt, due ?? Number.POSITIVE_INFINITY)
  return { kind: "idle", now, nextAt: nextAt === Number.POSITIVE_INFINITY ? null : nextAt, outdated: look.outdated }
}
