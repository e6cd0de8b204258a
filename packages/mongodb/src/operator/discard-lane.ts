import { noSuchLane, passLane, type Position } from "@millrace/core/backend"

import { edit, type GroupState, type Lane, type PartitionState } from "../group-state.ts"
import { wantedOfLane } from "../lane-messages.ts"
import type { Log } from "../log.ts"
import { noteSkips } from "./note-skips.ts"

/** Passes over the message at which a lane waits. */
export async function discardLane(log: Log, name: string, key: string): Promise<void> {
  const now = await log.clock.now()
  await log.groups.change(name, async (draft) => {
    const found = draft.partitions.find(({ lanes }) => lanes.has(key))
    const lane = found?.lanes.get(key)
    if (found === undefined || lane === undefined) throw noSuchLane(name, key)
    const waits = await waitsAt(log, draft, found, lane)
    if (waits !== undefined) noteSkips(draft, [waits], { how: "discarded", at: now })
    passLane(edit(draft, found.partition), lane, waits ?? found.checkpoint, now)
  })
  log.news.work()
}

async function waitsAt(log: Log, group: GroupState, at: PartitionState, lane: Lane): Promise<Position | undefined> {
  if (lane.kept !== undefined) return lane.kept.position
  if (group.order !== "stream") return lane.at.next
  for await (const { position } of wantedOfLane(log, group, at, lane)) return position
  return undefined
}
