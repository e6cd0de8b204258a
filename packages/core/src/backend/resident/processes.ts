import type { Instant } from "../../message/ids.ts"
import type { Beat, Owner, Pulse } from "../process.ts"
import { checkName } from "../rules/check-arguments.ts"
import { hearWants } from "../rules/hear-wants.ts"
import { judgeBeat } from "../rules/judge-beat.ts"
import {
  isLeftBy,
  isSupersededBy,
  leaseAfterRelease,
  leaseAfterSupersede,
  type LeaseState,
} from "../rules/lease-state.ts"
import { pruneTypes } from "../rules/prune-types.ts"
import type { GroupState } from "./group-state.ts"
import type { LogState } from "./log-state.ts"
import { touchGroup, touchPartition, touchWholeGroup } from "./touched.ts"

/** A process not heard for a day is forgotten. */
const FORGET_PROCESS_MS = 24 * 60 * 60 * 1000

/** Hears a process: that it lives, goes, or wants its name. */
export function heartbeat(log: LogState, beat: Beat): Pulse {
  const { processName, bootId } = beat.owner
  checkName("process name", processName)
  checkName("boot id", bootId)
  const now = log.clock.now()
  const holder = log.processes.get(processName)
  const ruling = judgeBeat(beat, holder, now)
  switch (ruling.kind) {
    case "keep":
    case "take": {
      if (ruling.kind === "take" && ruling.from !== undefined) supersedeLeases(log, beat.owner)
      const before = ruling.kind === "keep" ? holder : undefined
      log.processes.set(processName, {
        bootId,
        ...beat.facts,
        startedAt: before?.startedAt ?? now,
        seenAt: now,
        beats: (before?.beats ?? 0) + 1,
      })
      log.touched?.processes.add(processName)
      hearBeat(log, beat, now)
      return { kind: "ok" }
    }
    case "held": {
      if (ruling.challenge) log.news.challenged.add(processName)
      const { host = "", pid = 0, beats = 0, bootId: heldBy = "" } = holder ?? {}
      return { kind: "held", bootId: heldBy, beats, host, pid }
    }
    case "fenced":
      return { kind: "fenced", bootId: holder?.bootId ?? "" }
    case "go":
      forgetProcess(log, processName)
      releaseLeases(log, beat.owner)
      return { kind: "ok" }
    case "nothing":
      return { kind: "ok" }
  }
}

/** What earlier boots of a name hold is reserved for it, and they can settle and extend nothing any more. */
function supersedeLeases(log: LogState, owner: Owner): void {
  changeLeases(log, (lease) => isSupersededBy(lease, owner), superseded)
}

function superseded({ lease }: Held): Held {
  return { token: null, lease: leaseAfterSupersede(lease) }
}

/** What a process holds, or is reserved for its name, falls free. */
function releaseLeases(log: LogState, owner: Owner): void {
  changeLeases(log, (lease) => isLeftBy(lease, owner), released)
}

function released({ token, lease }: Held): Held {
  return { token, lease: leaseAfterRelease(lease, false) }
}

interface Held {
  readonly token: number | null
  readonly lease: LeaseState
}

/** Changes the leases that are meant, wherever they are. */
function changeLeases(log: LogState, isMeant: (lease: LeaseState) => boolean, change: (held: Held) => Held): void {
  for (const group of log.groups.values()) {
    for (const at of group.partitions) {
      const lanes = [...at.lanes.values()].filter(({ lease }) => isMeant(lease))
      for (const lane of lanes) at.lanes.set(lane.key, { ...lane, ...change(lane) })
      if (isMeant(at.lease)) Object.assign(at, change(at))
      else if (lanes.length === 0) continue
      touchPartition(log, group, at)
      log.news.work = true
    }
  }
}

/** Notes who wants what, and lets go of types and processes that nobody has heard of for long. */
function hearBeat(log: LogState, beat: Beat, now: Instant): void {
  for (const { group: name, types } of beat.wants) {
    const group = log.groups.get(name)
    if (group === undefined) continue
    hearWants(group, types, now)
    touchGroup(log, group)
  }
  for (const group of log.groups.values()) prune(log, group, now)
  for (const [name, { seenAt }] of log.processes) if (now - seenAt > FORGET_PROCESS_MS) forgetProcess(log, name)
}

/** Lets the types leave a group that no live process wants any more. */
export function prune(log: LogState, group: GroupState, now: Instant): void {
  const before = group.types.size
  pruneTypes(group, now)
  if (group.types.size < before) touchWholeGroup(log, group)
}

function forgetProcess(log: LogState, processName: string): void {
  log.processes.delete(processName)
  log.touched?.processes.add(processName)
}
