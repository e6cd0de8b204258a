import {
  type CategoryTrim,
  type CategoryTrimmed,
  checkCategoryTrim,
  type Instant,
  judgeTrim,
  type Position,
  TRIMMED_CATEGORIES,
  type TrimCandidate,
  trimmedCategory,
  trimmingGroupOf,
} from "@millrace/core/backend"

import { count } from "../counts.ts"
import { readDocuments } from "../documents.ts"
import { finishOpen } from "../finish.ts"
import { edit, fenced, fencePartition, type GroupState, setLane } from "../group-state.ts"
import type { Log } from "../log.ts"
import { boundsOf } from "../read.ts"
import { dropCategory, finishDropping } from "./drop-category.ts"
import { dropMessages } from "./drop-messages.ts"
import { messageAt } from "./message-at.ts"
import { noteSkips } from "./note-skips.ts"
import { isOf, oldestOf } from "./oldest-of-category.ts"

/** Removes the oldest messages of a category, as far as the groups have settled them, or with `force` whatever they have. */
export async function trimCategory(log: Log, category: string, how: CategoryTrim): Promise<CategoryTrimmed> {
  const limit = checkCategoryTrim(category, how)
  const { keep, force = false } = how
  await finishOpen(log.database)
  await dropMessages(log, undefined)
  await finishDropping(log)
  const [found] = await readDocuments(log.database, { collection: TRIMMED_CATEGORIES, ids: [category] })
  const before = trimmedCategory(category, found?.value)
  const { head } = await boundsOf(log)
  const counted = await countOf(log, category, head)
  const excess = Math.min(Math.max(counted - keep, 0), limit)
  const oldest =
    excess === 0 ? [] : await oldestOf(log.database, category, { after: before.trimmedTo, upto: head, limit: excess })
  const groups = oldest.length === 0 ? [] : await log.groups.fresh()
  const judged = judgeTrim(oldest, groups.map(trimmingGroupOf), { partitions: log.partitions, force })
  const gone = oldest.slice(0, judged.count)
  const upto = gone.at(-1)?.position ?? before.trimmedTo
  if (gone.length > 0) {
    const losing = judged.losses.map(({ group }) => group)
    const now = await log.clock.now()
    for (const group of losing) await log.groups.change(group, (draft) => lose(log, draft, gone, now))
    const thinned = await dropCategory(log, {
      category,
      after: before.trimmedTo,
      upto,
      removed: before.removed + gone.length,
    })
    for (const group of losing) await log.groups.change(group, (draft) => forgetLost(draft, gone, thinned))
    if (losing.length > 0) log.news.work()
  }
  return { removed: gone.length, more: counted - gone.length > keep, trimmedTo: upto, heldBackBy: judged.heldBackBy }
}

/** How many messages the streams of a category have. */
async function countOf(log: Log, category: string, head: Position): Promise<number> {
  const tail = await count(log, head)
  const { database } = log
  const [sum] = await database.read(() =>
    database.streams
      .aggregate<{ readonly messages: number }>([
        { $match: { category } },
        { $group: { _id: "all", messages: { $sum: "$messages" } } },
      ])
      .toArray(),
  )
  let counted = sum?.messages ?? 0
  for (const [stream, { messages }] of tail.streams) if (isOf(category, stream)) counted += messages
  return counted
}

/**
 * Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed, and marked until it is gone, so that no process
 * hands it out by what it has in memory.
 */
async function lose(log: Log, draft: GroupState, gone: readonly TrimCandidate[], now: Instant): Promise<void> {
  const [loss] = judgeTrim(gone, [trimmingGroupOf(draft)], { partitions: log.partitions, force: true }).losses
  if (loss === undefined) return
  for (const partition of loss.partitions) {
    const at = edit(draft, partition)
    at.hold = null
    fencePartition(at)
  }
  for (const [key, { partition, keep }] of loss.lanes) {
    const at = edit(draft, partition)
    const lane = at.lanes.get(key)
    if (lane === undefined) continue
    const kept = keep === undefined ? undefined : await messageAt(log, keep)
    setLane(at, { ...fenced(lane), ...(kept === undefined ? {} : { kept }) })
  }
  noteSkips(draft, loss.lost, { how: "trimmed", at: now })
  draft.marks = new Set([...draft.marks, ...loss.lost])
}

/** What is gone needs no mark; whoever works for the group must not go by what it read before. */
function forgetLost(draft: GroupState, gone: readonly TrimCandidate[], thinned: number): void {
  const places = new Set(gone.map(({ position }) => position))
  draft.marks = new Set([...draft.marks].filter((mark) => !places.has(mark)))
  draft.thinned = thinned
}
