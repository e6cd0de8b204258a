import { type ProcessInfo, PROCESS_TTL_MS } from "../../process.ts"
import { leasedBy } from "../../rules/lease-state.ts"
import type { LogState } from "../log-state.ts"

/** Processes known to the log, live ones first. */
export function processes(log: LogState): readonly ProcessInfo[] {
  const now = log.clock.now()
  const leases = new Map<string, number>()
  for (const group of log.groups.values()) {
    for (const at of group.partitions) {
      for (const { lease } of [at, ...at.lanes.values()]) {
        const holder = leasedBy(lease, now)
        if (holder !== undefined) leases.set(holder.bootId, (leases.get(holder.bootId) ?? 0) + 1)
      }
    }
  }
  return [...log.processes]
    .map(([processName, { bootId, host, pid, startedAt, seenAt }]): ProcessInfo => {
      const live = now - seenAt < PROCESS_TTL_MS
      return { processName, bootId, host, pid, startedAt, seenAt, live, leases: leases.get(bootId) ?? 0 }
    })
    .sort((a, b) => Number(b.live) - Number(a.live) || (a.processName < b.processName ? -1 : 1))
}
