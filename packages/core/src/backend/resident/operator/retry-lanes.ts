import { retriedLanes } from "../../rules/retried-lanes.ts"
import { findGroup } from "../find-group.ts"
import type { LogState } from "../log-state.ts"
import { touchPartition } from "../touched.ts"

/** Makes lanes due at once. One that is being handled right now is fenced: whoever asks for a retry gets a new one. */
export function retryLanes(log: LogState, name: string, keys?: readonly string[]): number {
  const group = findGroup(log, name)
  let made = 0
  for (const at of group.partitions) {
    const retried = retriedLanes(at.lanes.values(), keys, log.clock.now())
    for (const lane of retried) at.lanes.set(lane.key, lane)
    if (retried.length > 0) touchPartition(log, group, at)
    made += retried.length
  }
  if (made > 0) log.news.work = true
  return made
}
