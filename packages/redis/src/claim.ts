import {
  checkLimit,
  checkSpan,
  type ClaimRequest,
  type GroupWant,
  type Idle,
  type Instant,
  isClaimable,
  type LeaseState,
  LANES_PER_SLICE,
  type Slice,
} from "@millrace/core/backend"

import { type Candidate, handlesAll } from "./candidate.ts"
import { commit, load, type Work } from "./change.ts"
import { claimUsual, type Unusual } from "./claim-usual.ts"
import { keyPrefix } from "./connection.ts"
import type { GroupState, Lane, PartitionState } from "./group-state.ts"
import { laneSlice } from "./lane-slice.ts"
import type { Log } from "./log.ts"
import { partitionSlice } from "./partition-slice.ts"
import { pause } from "./pause.ts"
import { ask } from "./questions.ts"
import { contended, TRIES } from "./race.ts"
import { list } from "./reply.ts"
import { firstWaiting, wantedOfLane } from "./waiting.ts"

/** The longest pause between two tries of claims that meet at the same work. */
const MOST_PAUSE_MS = 20

/** What a look at some groups found. */
interface Look {
  readonly candidates: Candidate[]
  readonly outdated: Idle["outdated"][number][]
  nextAt: number
}

/** Leases what is neediest: what a process of this name held before, then whatever has waited longest. */
export async function claim(log: Log, request: ClaimRequest): Promise<Slice | Idle> {
  checkSpan("leaseMs", request.leaseMs)
  for (const { limit } of request.groups) checkLimit("limit", limit)
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const usual = await claimUsual(log, request)
    if (usual.kind !== "slow") return usual
    const near = usual.at === undefined ? undefined : await claimOf(log, request, usual.at)
    // What looked needy has nothing for this process: then everything is looked at.
    const found = near === undefined || near === "stale" || near.kind === "slice" ? near : undefined
    const claimed = found ?? (await claimOf(log, request))
    if (claimed !== "stale") return claimed
    // Another has taken it: what is neediest now may be nothing unusual.
    await pause(Math.random() * Math.min(tries, MOST_PAUSE_MS))
  }
  throw contended(log)
}

/** Claims in one partition, or in all that is asked for; `stale` when another was first. */
async function claimOf(log: Log, request: ClaimRequest, at?: Unusual["at"]): Promise<Slice | Idle | "stale"> {
  const groups = request.groups.filter(({ group }) => at === undefined || group === at.group)
  const { read, stored } = await load(log, {
    names: groups.map(({ group }) => group),
    tokens: LANES_PER_SLICE,
    ...(at === undefined ? {} : { partition: at.partition }),
  })
  const found = await claimIn(log, { ...request, groups }, read)
  return (await commit(log, read, stored)).kind === "done" ? found : "stale"
}

async function claimIn(log: Log, request: ClaimRequest, work: Work): Promise<Slice | Idle> {
  const { now } = work
  const look: Look = { candidates: [], outdated: [], nextAt: Infinity }
  for (const want of request.groups) {
    const group = work.group(want.group)
    if (group.stopped !== null) continue
    if (group.wayMs > 0) look.nextAt = Math.min(look.nextAt, now + group.wayMs)
    else await lookForWork(log, { group, want, processName: request.owner.processName, now }, look)
  }
  const best = look.candidates.reduce<Candidate | undefined>(needier, undefined)
  if (best === undefined) {
    const due = Math.min(look.nextAt, await nextSchedule(log))
    return { kind: "idle", now, nextAt: due === Infinity ? null : due, outdated: look.outdated }
  }
  return best.kind === "partition" ? partitionSlice(log, work, best, request) : laneSlice(log, work, best, request)
}

async function nextSchedule({ connection, settings }: Log): Promise<number> {
  const [, at] = list(await connection.ask("ZRANGE", `${keyPrefix(settings)}due`, 0, 0, "WITHSCORES")).flat()
  return at === undefined ? Infinity : Number(at)
}

function needier(best: Candidate | undefined, one: Candidate): Candidate {
  if (best === undefined || one.ownBefore !== best.ownBefore) return one.ownBefore || best === undefined ? one : best
  if (one.oldest === best.oldest && one.kind === "lanes" && best.kind === "lanes" && one.at === best.at)
    return one.first.key < best.first.key ? one : best
  return one.oldest < best.oldest ? one : best
}

/** One group that a process asks for. */
interface Asked {
  readonly group: GroupState
  readonly want: GroupWant
  readonly processName: string
  readonly now: Instant
}

async function lookForWork(log: Log, asked: Asked, look: Look): Promise<void> {
  const { group, want, now } = asked
  const lacking = new Set<string>()
  const first = await ask(
    log,
    group.partitions.map((at) => firstWaiting(group, at)),
  )
  for (const [index, at] of group.partitions.entries()) {
    const waiting = first[index]
    if (waiting !== undefined) {
      const freeAt = Math.max(freeFrom(at.lease, asked), at.hold?.retryAt ?? 0)
      const ownBefore = at.lease.owner?.processName === asked.processName
      if (!want.types.includes(waiting.type)) lacking.add(waiting.type)
      else if (freeAt > now) look.nextAt = Math.min(look.nextAt, freeAt)
      else look.candidates.push({ kind: "partition", group, want, at, ownBefore, oldest: waiting.position })
    }
    for (const lane of at.lanes.values())
      if (lane.at.status === "retrying") await lookAtLane(log, asked, at, lane, look, lacking)
  }
  for (const type of lacking) look.outdated.push({ group: group.name, type })
}

async function lookAtLane(
  log: Log,
  asked: Asked,
  at: PartitionState,
  lane: Lane,
  look: Look,
  lacking: Set<string>,
): Promise<void> {
  const { group, want, processName, now } = asked
  const dueAt = Math.max(freeFrom(lane.lease, asked), lane.at.retryAt)
  if (handlesAll(group, lane, want)) {
    if (dueAt > now) look.nextAt = Math.min(look.nextAt, dueAt)
  } else {
    for await (const { type } of wantedOfLane(log, group, at, lane)) {
      if (want.types.includes(type)) break
      lacking.add(type)
      return
    }
    if (dueAt > now) look.nextAt = Math.min(look.nextAt, dueAt)
  }
  if (dueAt > now) return
  const ownBefore = lane.lease.owner?.processName === processName
  look.candidates.push({ kind: "lanes", group, want, at, ownBefore, oldest: lane.at.next, first: lane })
}

function freeFrom(lease: LeaseState, { now, processName }: Asked): Instant {
  return isClaimable(lease, now, processName) ? 0 : lease.until
}
