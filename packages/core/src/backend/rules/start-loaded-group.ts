import type { Instant } from "../../message/ids.ts"
import type { LoadedGroup } from "./loaded-group.ts"

/** Makes a stopped group active again; what retries is due at once. */
export function startLoadedGroup(group: LoadedGroup, now: Instant): void {
  group.stopped = null
  for (const at of group.partitions) {
    if (at.hold !== null) at.hold = { ...at.hold, retryAt: Math.min(at.hold.retryAt, now) }
    for (const lane of at.lanes.values()) {
      if (lane.at.status !== "retrying") continue
      at.lanes.set(lane.key, { ...lane, at: { ...lane.at, retryAt: Math.min(lane.at.retryAt, now) } })
    }
  }
}
