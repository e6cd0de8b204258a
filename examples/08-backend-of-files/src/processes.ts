import {
  BackendError,
  type Beat,
  checkName,
  type Instant,
  isLeftBy,
  isSupersededBy,
  judgeBeat,
  leaseAfterRelease,
  leasedBy,
  leaseAfterSupersede,
  type LeaseState,
  PROCESS_TTL_MS,
  type ProcessInfo,
  type Pulse,
} from "@millrace/core/backend"

import { pruneTypes } from "./groups.ts"
import type { Log } from "./log.ts"
import type { LaneRow, PartitionRow } from "./rows.ts"
import { partitionsOf } from "./waiting.ts"

/** A process not heard for a day is forgotten. */
const FORGET_PROCESS_MS = 24 * 60 * 60 * 1000

export function heartbeat(log: Log, beat: Beat): Pulse {
  const { processName, bootId } = beat.owner
  checkName("process name", processName)
  checkName("boot id", bootId)
  const now = log.now()
  const holder = log.tables.processes.get(processName)
  const ruling = judgeBeat(beat, holder, now)
  switch (ruling.kind) {
    case "keep":
    case "take": {
      if (ruling.kind === "take" && ruling.from !== undefined)
        changeLeases(log, (lease) => isSupersededBy(lease, beat.owner), supersede)
      const before = ruling.kind === "keep" ? holder : undefined
      const [startedAt, beats] = [before?.startedAt ?? now, (before?.beats ?? 0) + 1]
      log.put("processes", processName, { bootId, ...beat.facts, startedAt, seenAt: now, beats })
      hearWants(log, beat, now)
      return { kind: "ok" }
    }
    case "held": {
      if (ruling.challenge) log.tell({ kind: "challenge", processName })
      if (holder === undefined) throw new BackendError("corrupt", `nobody holds ${processName}`)
      return { kind: "held", bootId: holder.bootId, beats: holder.beats, host: holder.host, pid: holder.pid }
    }
    case "fenced":
      return { kind: "fenced", bootId: holder?.bootId ?? "" }
    case "go":
      log.drop("processes", processName)
      changeLeases(log, (lease) => isLeftBy(lease, beat.owner), release)
      return { kind: "ok" }
    case "nothing":
      return { kind: "ok" }
  }
}

type Held = PartitionRow | LaneRow

/** What earlier boots of a name hold is reserved for it: they can settle and extend nothing any more. */
function supersede(held: Held): void {
  held.lease = leaseAfterSupersede(held.lease)
  held.token = null
}

function release(held: Held): void {
  held.lease = leaseAfterRelease(held.lease, false)
}

function changeLeases(log: Log, isMeant: (lease: LeaseState) => boolean, change: (held: Held) => void): void {
  for (const group of log.tables.groups.values()) {
    for (const { id, lease, lanes } of partitionsOf(log, group)) {
      if (![{ lease }, ...lanes].some((held) => isMeant(held.lease))) continue
      const at = log.edit("partitions", id)
      for (const held of [at, ...at.lanes]) if (isMeant(held.lease)) change(held)
      log.tell({ kind: "work" })
    }
  }
}

function hearWants(log: Log, beat: Beat, now: Instant): void {
  for (const { group: name, types } of beat.wants) {
    if (!log.tables.groups.has(name)) continue
    const group = log.edit("groups", name)
    group.heardAt = now
    for (const wanted of group.types) if (types.includes(wanted.type)) wanted.wantedAt = now
  }
  for (const name of log.tables.groups.keys()) pruneTypes(log, log.edit("groups", String(name)))
  for (const [name, { seenAt }] of log.tables.processes)
    if (now - seenAt > FORGET_PROCESS_MS) log.drop("processes", name)
}

export function processes(log: Log): readonly ProcessInfo[] {
  const now = log.now()
  const partitions = [...log.tables.partitions.values()]
  const leases = partitions.flatMap((at) => [at, ...at.lanes]).map(({ lease }) => lease)
  return [...log.tables.processes]
    .map(([name, { bootId, host, pid, startedAt, seenAt }]): ProcessInfo => {
      const own = leases.filter((lease) => leasedBy(lease, now)?.bootId === bootId)
      const [processName, live] = [String(name), now - seenAt < PROCESS_TTL_MS]
      return { processName, bootId, host, pid, startedAt, seenAt, live, leases: own.length }
    })
    .sort((a, b) => Number(b.live) - Number(a.live) || (a.processName < b.processName ? -1 : 1))
}
