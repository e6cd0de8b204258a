import {
  checkReset,
  type Position,
  resetLoadedGroup,
  type GroupReset,
  resolveStart,
  type StartPoint,
} from "@millrace/core/backend"

import { editAll, type GroupState } from "../group-state.ts"
import { lastBefore } from "../last-before.ts"
import type { Log } from "../log.ts"
import { boundsOf } from "../read.ts"
import { messageAt } from "./message-at.ts"
import { noteSkips } from "./note-skips.ts"

/** Moves a group back to a point, in one write: nobody sees it half reset. */
export async function resetGroup(log: Log, name: string, to: StartPoint, options: GroupReset = {}): Promise<void> {
  const now = await log.clock.now()
  await log.groups.change(name, async (draft) => {
    checkReset(options, { name, wants: (type) => draft.types.has(type) })
    const bounds = await boundsOf(log)
    const dated = to.at === "date" ? await lastBefore(log.database, to.date, bounds) : 0
    const point = resolveStart(to, { head: bounds.head, lastBefore: () => dated })
    const types = await typesOfSingleLanes(log, draft)
    draft.floor = bounds.trimmedTo
    draft.thinned = log.thinned
    editAll(draft)
    const lost = resetLoadedGroup(draft, point, { ...options, typeAt: (position) => types.get(position) })
    noteSkips(draft, lost, { how: "trimmed", at: now })
  })
  log.news.work()
}

/** By position: the types of the messages at which lanes of one message wait. */
async function typesOfSingleLanes(log: Log, { partitions }: GroupState): Promise<ReadonlyMap<Position, string>> {
  const waiting = partitions.flatMap(({ lanes }) => [...lanes.values()].filter(({ single }) => single))
  const found = await Promise.all(waiting.map(({ at }) => messageAt(log, at.next)))
  return new Map(found.flatMap((message) => (message === undefined ? [] : [[message.position, message.type] as const])))
}
