import type { Beat, Pulse } from "@millrace/core"

import type { GroupAudit } from "./group-audit.ts"

/** Who has which process name, as the storage has said, and what that means for the work in hand. */
export interface ProcessNames {
  /** A beat by this start of a process was answered. */
  heard(beat: Beat, pulse: Pulse, boot: string): void
}

export function createProcessNames(groups: ReadonlyMap<string, GroupAudit>): ProcessNames {
  const holders = new Map<string, string>()
  const heldUnder = (name: string) =>
    [...groups.values()].flatMap(({ held }) => [...held.values()]).filter(({ processName }) => processName === name)
  return {
    heard({ kind, owner: { processName, bootId } }, pulse, boot) {
      if (pulse.kind !== "ok") return
      const holder = holders.get(processName)
      if (kind === "leave") {
        if (holder !== bootId) return
        holders.delete(processName)
        for (const held of heldUnder(processName)) held.until = 0
        return
      }
      holders.set(processName, bootId)
      if (holder === undefined || holder === bootId) return
      for (const held of heldUnder(processName)) if (held.boot !== boot) held.superseded = true
    },
  }
}
