import type { GroupWant, Idle, Instant, LeaseState, Position } from "@millrace/core/backend"
import { isClaimable } from "@millrace/core/backend"

import type { GroupState, Lane, PartitionState } from "./group-state.ts"
import { firstOfLane } from "./lane-messages.ts"
import type { Log } from "./log.ts"

/** Something that may be leased now. */
export type Candidate = {
  readonly group: GroupState
  readonly want: GroupWant
  readonly partition: number
  /** Whether a lease of it that is over, or reserved, is the asking one's by name. */
  readonly ownBefore: boolean
  readonly oldest: Position
} & ({ readonly kind: "partition" } | { readonly kind: "lanes"; readonly first: string })

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

export function noLook(): Look {
  return { candidates: [], outdated: [], nextAt: Number.POSITIVE_INFINITY }
}

/** The one of two candidates to take first. */
export function needier(best: Candidate | undefined, one: Candidate): Candidate {
  if (best === undefined || one.ownBefore !== best.ownBefore) return one.ownBefore || best === undefined ? one : best
  const tie = one.oldest === best.oldest && one.group === best.group && one.partition === best.partition
  if (tie && one.kind === "lanes" && best.kind === "lanes") return one.first < best.first ? one : best
  return one.oldest < best.oldest ? one : best
}

/** Collects what of a group may be leased now, what waits for types this process lacks, and when something falls due. */
export async function lookForWork(log: Log, asked: Asked, look: Look): Promise<void> {
  const lacking = new Set<string>()
  for (const at of asked.group.partitions) {
    lookAtPartition(log, asked, at, look, lacking)
    for (const lane of at.lanes.values())
      if (lane.at.status === "retrying") await lookAtLane(log, asked, { at, lane }, look, lacking)
  }
  for (const type of lacking) look.outdated.push({ group: asked.group.name, type })
}

function lookAtPartition(log: Log, asked: Asked, at: PartitionState, look: Look, lacking: Set<string>): void {
  const { group, want, now } = asked
  const waiting = log.ahead(group.id).first(group, at.partition)
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
  look.candidates.push({ kind: "partition", group, want, partition: at.partition, ownBefore, oldest: waiting.position })
}

async function lookAtLane(
  log: Log,
  asked: Asked,
  { at, lane }: { readonly at: PartitionState; readonly lane: Lane },
  look: Look,
  lacking: Set<string>,
): Promise<void> {
  const { group, want, now } = asked
  const dueAt = Math.max(freeFrom(lane.lease, asked), lane.at.retryAt)
  // The type of a message that a trim has left to the lane may have left the group.
  const own = lane.kept === undefined ? group.types.keys() : [...group.types.keys(), lane.kept.type]
  const lacksNone = [...own].every((type) => want.types.includes(type))
  const type = lacksNone ? undefined : await firstOfLane(log, group, at, lane)
  if (type !== undefined && !want.types.includes(type)) {
    lacking.add(type)
    return
  }
  if (dueAt > now) {
    look.nextAt = Math.min(look.nextAt, dueAt)
    return
  }
  const ownBefore = lane.lease.owner?.processName === asked.processName
  look.candidates.push({
    kind: "lanes",
    group,
    want,
    partition: at.partition,
    ownBefore,
    oldest: lane.at.next,
    first: lane.key,
  })
}

function freeFrom(lease: LeaseState, { now, processName }: Asked): Instant {
  return isClaimable(lease, now, processName) ? 0 : lease.until
}
