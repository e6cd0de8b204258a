import { noSuchLane, passLane } from "@millrace/core/backend"

import { change } from "../change.ts"
import type { Log } from "../log.ts"
import { wantedOfLane } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"

/** Passes over the message at which a lane waits. */
export async function discardLane(log: Log, name: string, key: string): Promise<void> {
  await change(log, { names: [name] }, async (work) => {
    const group = work.group(name)
    const at = group.partitions.find(({ lanes }) => lanes.has(key))
    const lane = at?.lanes.get(key)
    if (at === undefined || lane === undefined) throw noSuchLane(name, key)
    let waits = lane.kept?.position
    if (waits === undefined && group.order !== "stream") waits = lane.at.next
    if (waits === undefined) {
      for await (const { position } of wantedOfLane(log, group, at, lane)) {
        waits = position
        break
      }
    }
    if (waits !== undefined) noteSkips(work, group, [waits], "discarded")
    passLane(at, lane, waits ?? at.checkpoint, work.now)
    work.news.work = true
  })
}
