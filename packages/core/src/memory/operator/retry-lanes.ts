import { fence, findGroup } from "../find-group.ts"
import type { LogState } from "../log-state.ts"

/** Makes lanes due at once. One that is being handled right now is fenced: whoever asks for a retry gets a new one. */
export function retryLanes(log: LogState, name: string, keys?: readonly string[]): number {
  const group = findGroup(log, name)
  const now = log.clock.now()
  const named = keys === undefined ? undefined : new Set(keys)
  let made = 0
  for (const at of group.partitions) {
    for (const lane of at.lanes.values()) {
      if (named === undefined ? lane.at.status !== "parked" : !named.has(lane.key)) continue
      fence(lane)
      lane.at = { ...lane.at, status: "retrying", retryAt: now }
      made += 1
    }
  }
  if (made > 0) log.news.work = true
  return made
}
