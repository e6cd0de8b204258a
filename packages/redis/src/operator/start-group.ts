import { change } from "../change.ts"
import type { Log } from "../log.ts"

/** Makes a stopped group active again; what retries is due at once. */
export async function startGroup(log: Log, name: string): Promise<void> {
  await change(log, { names: [name] }, (work) => {
    const group = work.group(name)
    if (group.stopped === null) return
    group.stopped = null
    const { now } = work
    for (const at of group.partitions) {
      if (at.hold !== null) at.hold = { ...at.hold, retryAt: Math.min(at.hold.retryAt, now) }
      for (const lane of at.lanes.values()) {
        if (lane.at.status === "retrying") lane.at = { ...lane.at, retryAt: Math.min(lane.at.retryAt, now) }
      }
    }
    work.news.work = true
  })
}
