import type { Beat, Owner, Pulse } from "../backend/process.ts"
import { checkName } from "../backend/rules/check-arguments.ts"
import { hearWants } from "../backend/rules/hear-wants.ts"
import { judgeBeat } from "../backend/rules/judge-beat.ts"
import { isLeftBy, isSupersededBy, leaseAfterRelease, leaseAfterSupersede } from "../backend/rules/lease-state.ts"
import { pruneTypes } from "../backend/rules/prune-types.ts"
import type { Instant } from "../message/ids.ts"
import type { Lane, PartitionState } from "./group-state.ts"
import type { LogState } from "./log-state.ts"

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
      log.processes.delete(processName)
      releaseLeases(log, beat.owner)
      return { kind: "ok" }
    case "nothing":
      return { kind: "ok" }
  }
}

/** What earlier boots of a name hold is reserved for it, and they can settle and extend nothing any more. */
function supersedeLeases(log: LogState, owner: Owner): void {
  for (const held of leased(log)) {
    if (!isSupersededBy(held.lease, owner)) continue
    held.lease = leaseAfterSupersede(held.lease)
    held.token = null
    log.news.work = true
  }
}

/** What a process holds, or is reserved for its name, falls free. */
function releaseLeases(log: LogState, owner: Owner): void {
  for (const held of leased(log)) {
    if (!isLeftBy(held.lease, owner)) continue
    held.lease = leaseAfterRelease(held.lease, false)
    log.news.work = true
  }
}

/** All that can be leased. */
function* leased(log: LogState): Iterable<PartitionState | Lane> {
  for (const { partitions } of log.groups.values()) for (const at of partitions) yield* [at, ...at.lanes.values()]
}

/** Notes who wants what, and lets go of types and processes that nobody has heard of for long. */
function hearBeat(log: LogState, beat: Beat, now: Instant): void {
  for (const { group: name, types } of beat.wants) {
    const group = log.groups.get(name)
    if (group === undefined) continue
    hearWants(group, types, now)
  }
  for (const group of log.groups.values()) pruneTypes(group, now)
  for (const [name, { seenAt }] of log.processes) if (now - seenAt > FORGET_PROCESS_MS) log.processes.delete(name)
}
