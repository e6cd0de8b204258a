import { retriedLanes } from "@millrace/core/backend"

import { change } from "../change.ts"
import type { Log } from "../log.ts"

/** Makes lanes due at once. One that is being handled right now is fenced: whoever asks for a retry gets a new one. */
export async function retryLanes(log: Log, name: string, keys?: readonly string[]): Promise<number> {
  return change(log, { names: [name] }, (work) => {
    let made = 0
    for (const { lanes } of work.group(name).partitions) {
      const retried = retriedLanes(lanes.values(), keys, work.now)
      for (const lane of retried) lanes.set(lane.key, lane)
      made += retried.length
    }
    if (made > 0) work.news.work = true
    return made
  })
}
