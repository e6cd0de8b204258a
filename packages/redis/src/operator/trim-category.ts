import {
  type CategoryTrim,
  type CategoryTrimmed,
  checkCategoryTrim,
  fromSortable,
  judgeTrim,
  type JudgedTrim,
  type Position,
  toSortable,
  type TrimCandidate,
  type TrimLoss,
  TRIMMED_CATEGORIES,
  trimmedCategory,
  trimmingGroupOf,
} from "@millrace/core/backend"

import { change, type Work } from "../change.ts"
import { readDocuments } from "../documents.ts"
import type { Log } from "../log.ts"
import { askOne, messagesAt } from "../questions.ts"
import { int, list, text } from "../reply.ts"
import { scripts } from "../scripts.ts"
import { fence } from "../stop-group.ts"
import { noteSkips } from "./note-skips.ts"
import { streams } from "./streams.ts"

/** The most messages that one script removes, and messages that one looks at. */
const AT_ONCE = 200
const LOOKED_AT = 2_000

/** Streams counted together. */
const PAGE = 5_000

/** Removes the oldest messages of a category, as far as the groups have settled them, or with `force` whatever they have. */
export async function trimCategory(log: Log, category: string, how: CategoryTrim): Promise<CategoryTrimmed> {
  const limit = checkCategoryTrim(category, how)
  const [found] = await readDocuments(log, { collection: TRIMMED_CATEGORIES, ids: [category] })
  const before = trimmedCategory(category, found?.value)
  const counted = await countOf(log, category)
  const excess = Math.min(Math.max(counted - how.keep, 0), limit)
  const oldest = await oldestOf(log, category, { above: before.trimmedTo, limit: excess })
  const { count, heldBackBy } =
    oldest.length === 0 ? NOTHING : await change(log, {}, (work) => judge(log, work, oldest, how.force ?? false))
  const gone = oldest.slice(0, count).map(({ position }) => position)
  let removed = 0
  for (let from = 0; from < gone.length; from += AT_ONCE) {
    const some = gone.slice(from, from + AT_ONCE)
    removed += int(
      await log.run(scripts.trimCategory, [TRIMMED_CATEGORIES, toSortable(category), some.length, ...some]),
    )
  }
  return { removed, more: counted - removed > how.keep, trimmedTo: gone.at(-1) ?? before.trimmedTo, heldBackBy }
}

const NOTHING: Pick<JudgedTrim, "count" | "heldBackBy"> = { count: 0, heldBackBy: [] }

/** How many messages the streams of a category have. */
async function countOf(log: Log, category: string): Promise<number> {
  let counted = 0
  let after: string | undefined
  for (;;) {
    const page = await streams(log, { by: "id", category, limit: PAGE, ...(after === undefined ? {} : { after }) })
    counted += page.reduce((sum, { messages }) => sum + messages, 0)
    if (page.length < PAGE) return counted
    after = page.at(-1)?.streamId
  }
}

async function oldestOf(
  log: Log,
  category: string,
  { above, limit }: { readonly above: Position; readonly limit: number },
): Promise<readonly TrimCandidate[]> {
  const found: TrimCandidate[] = []
  for (let after = above; found.length < limit;) {
    const words = [toSortable(category), after, limit - found.length, LOOKED_AT]
    const [looked, end, ...facts] = list(await log.run(scripts.oldestOfCategory, words))
    for (let at = 0; at < facts.length; at += 3)
      found.push({ position: int(facts[at]), type: text(facts[at + 1]), streamId: fromSortable(text(facts[at + 2])) })
    if (int(end) === 1) return found
    after = int(looked)
  }
  return found
}

async function judge(log: Log, work: Work, oldest: readonly TrimCandidate[], force: boolean): Promise<JudgedTrim> {
  const judged = judgeTrim(oldest, work.groups.map(trimmingGroupOf), { partitions: log.partitions, force })
  for (const loss of judged.losses) await lose(log, work, loss)
  return judged
}

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
async function lose(log: Log, work: Work, { group: name, partitions, lanes, lost }: TrimLoss): Promise<void> {
  const group = work.group(name)
  work.evenWhenFull = true
  for (const at of group.partitions) {
    if (!partitions.has(at.partition)) continue
    at.hold = null
    fence(at)
  }
  for (const [key, { partition, keep }] of lanes) {
    const lane = group.partitions[partition]?.lanes.get(key)
    if (lane === undefined) continue
    const [kept] = keep === undefined ? [] : await askOne(log, messagesAt([keep]))
    if (kept !== undefined) lane.kept = kept
    fence(lane)
  }
  noteSkips(work, group, lost, "trimmed")
  work.news.work = true
}
