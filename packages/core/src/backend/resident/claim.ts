import type { ClaimRequest, Idle, Slice } from "../claim.ts"
import { checkLimit, checkSpan } from "../rules/check-arguments.ts"
import { type Candidate, lookForWork } from "./candidates.ts"
import { findGroup } from "./find-group.ts"
import { laneSlice } from "./lane-slice.ts"
import type { LogState } from "./log-state.ts"
import { partitionSlice } from "./partition-slice.ts"

/** Leases what is neediest: what a process of this name held before, then whatever has waited longest. */
export function claim(log: LogState, request: ClaimRequest): Slice | Idle {
  checkSpan("leaseMs", request.leaseMs)
  const now = log.clock.now()
  const look = { candidates: new Array<Candidate>(), outdated: new Array<Idle["outdated"][number]>(), nextAt: Infinity }
  for (const want of request.groups) {
    checkLimit("limit", want.limit)
    const group = findGroup(log, want.group)
    if (group.stopped === null) lookForWork(log, { group, want, processName: request.owner.processName, now }, look)
  }
  const best = look.candidates.reduce<Candidate | undefined>(needier, undefined)
  if (best === undefined) {
    const due = Math.min(look.nextAt, log.schedules[0]?.at ?? Infinity)
    return { kind: "idle", now, nextAt: due === Infinity ? null : due, outdated: look.outdated }
  }
  return best.kind === "partition" ? partitionSlice(log, best, request, now) : laneSlice(log, best, request, now)
}

/** Of two that have waited as long, the one found first; of lanes of one partition, by key. */
function needier(best: Candidate | undefined, one: Candidate): Candidate {
  if (best === undefined || one.ownBefore !== best.ownBefore) return one.ownBefore || best === undefined ? one : best
  if (one.oldest === best.oldest && one.kind === "lanes" && best.kind === "lanes" && one.at === best.at)
    return one.first.key < best.first.key ? one : best
  return one.oldest < best.oldest ? one : best
}
