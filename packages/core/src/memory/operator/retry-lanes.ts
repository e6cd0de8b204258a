import { retriedLanes } from "../../backend/rules/retried-lanes.ts"
import { findGroup } from "../find-group.ts"
import type { LogState } from "../log-state.ts"

/** Makes lanes due at once. One that is being handled right now is fenced: whoever asks for a retry gets a new one. */
export function retryLanes(log: LogState, name: string, keys?: readonly string[]): number {
  const group = findGroup(log, name)
  let made = 0
  for (const { lanes } of group.partitions) {
    const retried = retriedLanes(lanes.values(), keys, log.clock.now())
    for (const lane of retried) lanes.set(lane.key, lane)
    made += retried.length
  }
  if (made > 0) log.news.work = true
  return made
}
