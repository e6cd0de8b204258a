import type { Instant } from "../../message/ids.ts"
import type { LoadedGroup } from "./loaded-group.ts"

/** Notes that a process wants something of a group now. Types that the group does not want are passed over. */
export function hearWants(group: LoadedGroup, types: readonly string[], now: Instant): void {
  group.heardAt = now
  const heard = new Set(types)
  group.types = new Map(
    [...group.types].map(([type, wanted]) => [type, heard.has(type) ? { ...wanted, wantedAt: now } : wanted]),
  )
}
