import { leasedBy, type ProcessInfo, PROCESS_TTL_MS } from "@millrace/core/backend"

import type { Log } from "../log.ts"

/** Processes known to the log, live ones first. */
export async function processes(log: Log): Promise<readonly ProcessInfo[]> {
  const { database } = log
  const [now, groups, known] = await Promise.all([
    log.clock.now(),
    log.groups.fresh(),
    database.read(() => database.processes.find({ left: false }).toArray()),
  ])
  const leases = new Map<string, number>()
  for (const { partitions } of groups) {
    for (const at of partitions) {
      for (const { lease } of [at, ...at.lanes.values()]) {
        const holder = leasedBy(lease, now)
        if (holder !== undefined) leases.set(holder.bootId, (leases.get(holder.bootId) ?? 0) + 1)
      }
    }
  }
  return known
    .map(({ name: processName, bootId, host, pid, startedAt, seenAt }): ProcessInfo => {
      const live = now - seenAt < PROCESS_TTL_MS
      return { processName, bootId, host, pid, startedAt, seenAt, live, leases: leases.get(bootId) ?? 0 }
    })
    .toSorted((a, b) => Number(b.live) - Number(a.live) || (a.processName < b.processName ? -1 : 1))
}
