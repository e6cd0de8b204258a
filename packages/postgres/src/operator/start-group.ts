import { changeGroup } from "../change-group.ts"
import type { Log } from "../log.ts"
import { dueLanes } from "../sql/due-lanes.ts"
import { duePartitions } from "../sql/due-partitions.ts"
import { updateStopped } from "../sql/update-stopped.ts"

/** Makes a stopped group active again; what retries is due at once. */
export async function startGroup(log: Log, name: string): Promise<void> {
  const started = await changeGroup(log, name, async ({ on, now }, group) => {
    if (group.active) return false
    await on.count(updateStopped, group.id, null)
    await on.count(duePartitions, group.id, now)
    await on.count(dueLanes, group.id, now)
    return true
  })
  if (started) log.news.work()
}
