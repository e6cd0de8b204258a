import type { Instant, Position } from "../../message/ids.ts"
import type { GroupWant, Idle } from "../claim.ts"
import { isClaimable, type LeaseState } from "../rules/lease-state.ts"
import type { LoadedLane } from "../rules/loaded-group.ts"
import type { GroupState, PartitionState } from "./group-state.ts"
import type { LogState } from "./log-state.ts"
import { firstWaiting, wantedOfLane } from "./waiting.ts"

/** Something that may be leased now. */
export type Candidate = {
  readonly group: GroupState
  readonly want: GroupWant
  readonly at: PartitionState
  /** Whether a lease of it that is over, or reserved, is the asking one's by name. */
  readonly ownBefore: boolean
  readonly oldest: Position
} & ({ readonly kind: "partition" } | { readonly kind: "lanes"; readonly first: LoadedLane })

/** One group that a process asks for. */
export interface Asked {
  readonly group: GroupState
  readonly want: GroupWant
  readonly processName: string
  readonly now: Instant
}

/** What a look at some groups found. */
export interface Look {
  readonly candidates: Candidate[]
  readonly outdated: Idle["outdated"][number][]
  /** When something falls due by time alone. */
  nextAt: number
}

/** Collects what of a group may be leased now, what waits for types this process lacks, and when something falls due. */
export function lookForWork(log: LogState, asked: Asked, look: Look): void {
  const lacking = new Set<string>()
  for (const at of asked.group.partitions) {
    lookAtPartition(log, asked, at, look, lacking)
    for (const lane of at.lanes.values())
      if (lane.at.status === "retrying") lookAtLane(log, asked, at, lane, look, lacking)
  }
  for (const type of lacking) look.outdated.push({ group: asked.group.name, type })
}

function lookAtPartition(log: LogState, asked: Asked, at: PartitionState, look: Look, lacking: Set<string>): void {
  const { group, want, now } = asked
  const waiting = firstWaiting(log, group, at)
  if (waiting === undefined) return
  if (!want.types.includes(waiting.type)) {
    lacking.add(waiting.type)
    return
  }
  const freeAt = Math.max(freeFrom(at.lease, asked), at.hold?.retryAt ?? 0)
  if (freeAt > now) {
    look.nextAt = Math.min(look.nextAt, freeAt)
    return
  }
  const ownBefore = at.lease.owner?.processName === asked.processName
  look.candidates.push({ kind: "partition", group, want, at, ownBefore, oldest: waiting.position })
}

function lookAtLane(
  log: LogState,
  asked: Asked,
  at: PartitionState,
  lane: LoadedLane,
  look: Look,
  lacking: Set<string>,
): void {
  const { group, want, now } = asked
  const type = firstOfLane(log, group, at, lane)
  if (type !== undefined && !want.types.includes(type)) {
    lacking.add(type)
    return
  }
  const dueAt = Math.max(freeFrom(lane.lease, asked), lane.at.retryAt)
  if (dueAt > now) {
    look.nextAt = Math.min(look.nextAt, dueAt)
    return
  }
  const ownBefore = lane.lease.owner?.processName === asked.processName
  look.candidates.push({ kind: "lanes", group, want, at, ownBefore, oldest: lane.at.next, first: lane })
}

function firstOfLane(log: LogState, group: GroupState, at: PartitionState, lane: LoadedLane): string | undefined {
  for (const { type } of wantedOfLane(log, group, at, lane)) return type
  return undefined
}

function freeFrom(lease: LeaseState, { now, processName }: Asked): Instant {
  return isClaimable(lease, now, processName) ? 0 : lease.until
}
