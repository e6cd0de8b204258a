import { changeGroup } from "../change-group.ts"
import { lockPartitions } from "../group-rows.ts"
import { lanesOf, saveLanes } from "../lane-rows.ts"
import type { Log } from "../log.ts"
import { savePartitions } from "../save-partitions.ts"

/** Makes lanes due at once. One that is being handled right now is fenced: whoever asks for a retry gets a new one. */
export async function retryLanes(log: Log, name: string, keys?: readonly string[]): Promise<number> {
  const named = keys === undefined ? undefined : new Set(keys)
  const made = await changeGroup(log, name, async ({ on, now }, group) => {
    const partitions = await lockPartitions(on, group)
    const lanes = (await lanesOf(on, group.id)).filter(({ key, status }) =>
      named === undefined ? status === "parked" : named.has(key),
    )
    const touched = new Set(lanes.map(({ partition }) => partition))
    await savePartitions(
      on,
      group.id,
      partitions.filter(({ partition }) => touched.has(partition)).map((at) => ({ ...at, tokens: at.tokens + 1 })),
    )
    await saveLanes(
      on,
      group.id,
      lanes.map((lane) => ({
        ...lane,
        status: "retrying",
        retryAt: now,
        token: null,
        lease: { owner: null, until: 0, takeovers: lane.lease.takeovers },
      })),
    )
    return lanes.length
  })
  if (made > 0) log.news.work()
  return made
}
