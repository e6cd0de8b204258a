import { checkReset, resetLoadedGroup, type GroupReset, resolveStart, type StartPoint } from "@millrace/core/backend"

import { change } from "../change.ts"
import { lastBefore } from "../last-before.ts"
import type { Log } from "../log.ts"
import { messagesByPosition } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"

/** Moves a group back to a point. */
export async function resetGroup(log: Log, name: string, to: StartPoint, options: GroupReset = {}): Promise<void> {
  await change(log, { names: [name] }, async (work) => {
    const group = work.group(name)
    checkReset(options, { name, wants: (type) => group.types.has(type) })
    const recorded = to.at === "date" && Number.isFinite(to.date) ? await lastBefore(log, to.date) : 0
    const point = resolveStart(to, { head: work.head, lastBefore: () => recorded })
    const single = group.partitions.flatMap((at) => [...at.lanes.values()].filter((lane) => lane.single))
    const found = await messagesByPosition(
      log,
      single.map((lane) => lane.at.next),
    )
    const lost = resetLoadedGroup(group, point, { ...options, typeAt: (position) => found.get(position)?.type })
    noteSkips(work, group, lost, "trimmed")
    work.news.work = true
  })
}
