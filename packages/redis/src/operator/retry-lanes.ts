import { change } from "../change.ts"
import type { Log } from "../log.ts"
import { fence } from "../stop-group.ts"

/** Makes lanes due at once. One that is being handled right now is fenced: whoever asks for a retry gets a new one. */
export async function retryLanes(log: Log, name: string, keys?: readonly string[]): Promise<number> {
  const named = keys === undefined ? undefined : new Set(keys)
  return change(log, { names: [name] }, (work) => {
    let made = 0
    for (const at of work.group(name).partitions) {
      for (const lane of at.lanes.values()) {
        if (named === undefined ? lane.at.status !== "parked" : !named.has(lane.key)) continue
        fence(lane)
        lane.at = { ...lane.at, status: "retrying", retryAt: work.now }
        made += 1
      }
    }
    if (made > 0) work.news.work = true
    return made
  })
}
