import {
  type Beat,
  checkName,
  isLeftBy,
  isSupersededBy,
  judgeBeat,
  leaseAfterRelease,
  leaseAfterSupersede,
  leasedBy,
  type LeaseState,
  PROCESS_TTL_MS,
  type ProcessInfo,
  type Pulse,
} from "@millrace/core/backend"

import { hearBeat } from "./groups.ts"
import type { Log } from "./log.ts"

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
        changeLeases(log, (lease) => isSupersededBy(lease, beat.owner), superseded)
      const before = ruling.kind === "keep" ? holder : undefined
      const [startedAt, beats] = [before?.startedAt ?? now, (before?.beats ?? 0) + 1]
      log.put("processes", processName, { bootId, ...beat.facts, startedAt, seenAt: now, beats })
      hearBeat(log, beat, now)
      for (const [name, { seenAt }] of log.tables.processes)
        if (now - seenAt > FORGET_PROCESS_MS) log.drop("processes", name)
      return { kind: "ok" }
    }
    case "held": {
      if (ruling.challenge) log.tell({ kind: "challenge", processName })
      const { host = "", pid = 0, beats = 0, bootId: heldBy = "" } = holder ?? {}
      return { kind: "held", bootId: heldBy, beats, host, pid }
    }
    case "fenced":
      return { kind: "fenced", bootId: holder?.bootId ?? "" }
    case "go":
      log.drop("processes", processName)
      changeLeases(log, (lease) => isLeftBy(lease, beat.owner), released)
      return { kind: "ok" }
    case "nothing":
      return { kind: "ok" }
  }
}

interface Held {
  readonly token: number | null
  readonly lease: LeaseState
}

/** What earlier boots of a name hold is reserved for it: they can settle and extend nothing any more. */
function superseded({ lease }: Held): Held {
  return { token: null, lease: leaseAfterSupersede(lease) }
}

function released({ token, lease }: Held): Held {
  return { token, lease: leaseAfterRelease(lease, false) }
}

/** Changes the leases that are meant, wherever they are. */
function changeLeases(log: Log, isMeant: (lease: LeaseState) => boolean, change: (held: Held) => Held): void {
  for (const { name } of log.tables.groups.values()) {
    for (const at of log.editGroup(name).partitions) {
      const lanes = [...at.lanes.values()].filter(({ lease }) => isMeant(lease))
      for (const lane of lanes) at.lanes.set(lane.key, { ...lane, ...change(lane) })
      if (isMeant(at.lease)) Object.assign(at, change(at))
      else if (lanes.length === 0) continue
      log.tell({ kind: "work" })
    }
  }
}

/** Processes known to the log, live ones first. */
export function processes(log: Log): readonly ProcessInfo[] {
  const now = log.now()
  const partitions = [...log.tables.groups.values()].flatMap((group) => group.partitions)
  const holders = partitions
    .flatMap((at) => [at, ...at.lanes.values()])
    .map(({ lease }) => leasedBy(lease, now)?.bootId)
  return [...log.tables.processes]
    .map(([name, { bootId, host, pid, startedAt, seenAt }]): ProcessInfo => {
      const leases = holders.filter((holder) => holder === bootId).length
      return {
        processName: String(name),
        bootId,
        host,
        pid,
        startedAt,
        seenAt,
        live: now - seenAt < PROCESS_TTL_MS,
        leases,
      }
    })
    .sort((a, b) => Number(b.live) - Number(a.live) || (a.processName < b.processName ? -1 : 1))
}
