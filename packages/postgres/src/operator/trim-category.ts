import {
  type CategoryTrim,
  type CategoryTrimmed,
  checkCategoryTrim,
  fromSortable,
  judgeTrim,
  toSortable,
  type TrimCandidate,
  type TrimLoss,
  type TrimmedCategory,
  TRIMMED_CATEGORIES,
  trimmedCategory,
  trimmedFurther,
  type TrimmingGroup,
} from "@millrace/core/backend"

import { type LockedLog, underLock } from "../change-group.ts"
import type { Row } from "../database.ts"
import { readDocuments } from "../documents.ts"
import { groupOf, type GroupRow, lockPartitions } from "../group-rows.ts"
import { laneOf, type LaneRow, saveLanes } from "../lane-rows.ts"
import { numberList, textList } from "../list.ts"
import type { Log } from "../log.ts"
import { messagesOf } from "../read.ts"
import { int, text } from "../row.ts"
import { savePartitions } from "../save-partitions.ts"
import { countCategory } from "../sql/count-category.ts"
import { deleteOfCategory } from "../sql/delete-of-category.ts"
import { selectByPositions } from "../sql/select-by-positions.ts"
import { selectLanesNamed } from "../sql/select-lanes-named.ts"
import { selectOldestOfCategory } from "../sql/select-oldest-of-category.ts"
import { selectTrimming } from "../sql/select-trimming.ts"
import { storedJson } from "../stored-json.ts"
import { noteSkips } from "./note-skips.ts"

/** Removes the oldest messages of a category, as far as the groups have settled them, or with `force` whatever they have. */
export async function trimCategory(log: Log, category: string, how: CategoryTrim): Promise<CategoryTrimmed> {
  const limit = checkCategoryTrim(category, how)
  const { force = false, keep } = how
  const trimmed = await underLock(log, async (locked): Promise<CategoryTrimmed> => {
    const before = await trimmedBefore(locked, category)
    const names = namesOf(category)
    const [row] = await locked.on.rows(countCategory, ...names)
    const counted = int(row?.[0])
    const excess = Math.min(Math.max(counted - keep, 0), limit)
    const oldest = excess === 0 ? [] : await oldestOf(locked, before, names, excess)
    const groups = oldest.length === 0 ? [] : await trimmingGroups(locked, force)
    const { count, heldBackBy, losses } = judgeTrim(
      oldest,
      groups.map(({ facts }) => facts),
      { partitions: log.partitions, force },
    )
    for (const loss of losses) {
      const group = groups.find(({ facts }) => facts.group === loss.group)
      if (group !== undefined) await lose(locked, group.row, loss)
    }
    const gone = oldest.slice(0, count)
    if (count > 0) await remove(locked, before, gone)
    return {
      removed: count,
      more: counted - count > keep,
      trimmedTo: gone.at(-1)?.position ?? before.trimmedTo,
      heldBackBy,
    }
  })
  if (force && trimmed.removed > 0) log.news.work()
  return trimmed
}

async function trimmedBefore({ on }: LockedLog, category: string): Promise<TrimmedCategory> {
  const [found] = await readDocuments(on, { collection: TRIMMED_CATEGORIES, ids: [category] })
  return trimmedCategory(category, found?.value)
}

type Names = readonly [name: string, from: string, below: string]

/** The names of a category are its own and those that begin with it and a dash; the next character after the dash is a point. */
function namesOf(category: string): Names {
  const name = toSortable(category)
  return [name, `${name}-`, `${name}.`]
}

async function oldestOf(
  { on }: LockedLog,
  { trimmedTo }: TrimmedCategory,
  names: Names,
  limit: number,
): Promise<readonly TrimCandidate[]> {
  const rows = await on.rows(selectOldestOfCategory, trimmedTo, ...names, limit)
  return rows.map((row) => ({ position: int(row[0]), type: text(row[1]), streamId: fromSortable(text(row[2])) }))
}

interface Trimming {
  readonly row: GroupRow
  readonly facts: TrimmingGroup
}

/** The groups as they are; with their partitions locked before, when something of them may be taken. */
async function trimmingGroups({ on }: LockedLog, force: boolean): Promise<readonly Trimming[]> {
  if (force) for (const row of await on.rows(selectTrimming)) await lockPartitions(on, groupOf(row))
  return (await on.rows(selectTrimming)).map((row) => ({ row: groupOf(row), facts: factsOf(row) }))
}

function factsOf(row: Row): TrimmingGroup {
  const { name, order } = groupOf(row)
  const types = listOf<readonly [string, number]>(row[9])
  const lanes = listOf<readonly [key: string, partition: number, next: number, single: boolean, keeps: boolean]>(
    row[11],
  )
  return {
    group: name,
    order,
    types: new Map(types.map(([type, since]) => [type, { since }])),
    marks: new Set(listOf<number>(row[12])),
    partitions: listOf<number>(row[10]).map((checkpoint, at) => ({
      checkpoint,
      lanes: new Map(
        lanes
          .filter(([, partition]) => partition === at)
          .map(([key, , next, single, keeps]) => [fromSortable(key), { next, single, keeps }]),
      ),
    })),
  }
}

function listOf<T>(json: string | null | undefined): readonly T[] {
  return json === null || json === undefined ? [] : storedJson<readonly T[]>(json)
}

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
async function lose(locked: LockedLog, group: GroupRow, { partitions, lanes, lost }: TrimLoss): Promise<void> {
  const { on } = locked
  const free = (takeovers: number) => ({ token: null, lease: { owner: null, until: 0, takeovers } })
  const touched = new Set([...partitions, ...[...lanes.values()].map(({ partition }) => partition)])
  const rows = (await lockPartitions(on, group)).filter(({ partition }) => touched.has(partition))
  await savePartitions(
    on,
    group.id,
    rows.map((at) => {
      const tokens = at.tokens + 1
      return partitions.has(at.partition)
        ? { ...at, tokens, hold: null, ...free(at.lease.takeovers) }
        : { ...at, tokens }
    }),
  )
  const keeps = [...lanes.values()].flatMap(({ keep }) => keep ?? [])
  const stored = messagesOf(await on.rows(selectByPositions, numberList(keeps)))
  const keeping = (await on.rows(selectLanesNamed, group.id, textList([...lanes.keys()].map(toSortable)))).map(laneOf)
  await saveLanes(
    on,
    group.id,
    keeping.map((lane): LaneRow => {
      const message = stored.find(({ position }) => position === lanes.get(lane.key)?.keep)
      const kept = message === undefined ? lane.kept : JSON.stringify(message)
      return { ...lane, kept, ...free(lane.lease.takeovers) }
    }),
  )
  await noteSkips(locked, group, lost, { how: "trimmed" })
}

async function remove({ on }: LockedLog, before: TrimmedCategory, gone: readonly TrimCandidate[]): Promise<void> {
  const value = trimmedFurther(before, { upto: gone.at(-1)?.position ?? 0, removed: gone.length })
  await on.count(
    deleteOfCategory,
    numberList(gone.map(({ position }) => position)),
    TRIMMED_CATEGORIES,
    toSortable(before.category),
    JSON.stringify(value),
  )
}
