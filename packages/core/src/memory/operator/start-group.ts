import { findGroup } from "../find-group.ts"
import type { LogState } from "../log-state.ts"

/** Makes a stopped group active again; what retries is due at once. */
export function startGroup(log: LogState, name: string): void {
  const group = findGroup(log, name)
  if (group.stopped === null) return
  group.stopped = null
  const now = log.clock.now()
  for (const at of group.partitions) {
    if (at.hold !== null) at.hold = { ...at.hold, retryAt: Math.min(at.hold.retryAt, now) }
    for (const lane of at.lanes.values()) {
      if (lane.at.status === "retrying") lane.at = { ...lane.at, retryAt: Math.min(lane.at.retryAt, now) }
    }
  }
  log.news.work = true
}
