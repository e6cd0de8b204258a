import { leasedBy, PROCESS_TTL_MS, type ProcessInfo } from "@millrace/core/backend"

import { load } from "../change.ts"
import { keyPrefix } from "../connection.ts"
import { hashAt } from "../hash-at.ts"
import type { Log } from "../log.ts"
import { int, list, text } from "../reply.ts"

/** Processes known to the log, live ones first. */
export async function processes(log: Log): Promise<readonly ProcessInfo[]> {
  const { connection, settings } = log
  const { read } = await load(log, {})
  const { now } = read
  const leases = new Map<string, number>()
  for (const group of read.groups) {
    for (const at of group.partitions) {
      for (const { lease } of [at, ...at.lanes.values()]) {
        const holder = leasedBy(lease, now)
        if (holder !== undefined) leases.set(holder.bootId, (leases.get(holder.bootId) ?? 0) + 1)
      }
    }
  }
  const prefix = keyPrefix(settings)
  const infos: ProcessInfo[] = []
  for (const name of list(await connection.ask("SMEMBERS", `${prefix}processes`)).map(text)) {
    const facts = await hashAt(log, `${prefix}process:${name}`)
    const bootId = facts.get("boot") ?? ""
    if (bootId === "") continue
    const [pid, startedAt, seenAt] = ["pid", "startedAt", "seenAt"].map((field) => int(facts.get(field)))
    infos.push({
      processName: name,
      bootId,
      host: facts.get("host") ?? "",
      pid: pid ?? 0,
      startedAt: startedAt ?? 0,
      seenAt: seenAt ?? 0,
      live: now - (seenAt ?? 0) < PROCESS_TTL_MS,
      leases: leases.get(bootId) ?? 0,
    })
  }
  return infos.sort((a, b) => Number(b.live) - Number(a.live) || (a.processName < b.processName ? -1 : 1))
}
