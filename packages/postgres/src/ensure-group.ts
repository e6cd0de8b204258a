import {
  type AddedType,
  checkLimit,
  checkName,
  type Ensured,
  type GroupSpec,
  replayAfterTypeJoins,
  replayFromStart,
  resolveStart,
  toSortable,
} from "@millrace/core/backend"

import { groupToChange, type LockedLog, underLock } from "./change-group.ts"
import { type GroupRow, groupOf } from "./group-rows.ts"
import { lastBefore } from "./last-before.ts"
import { textList } from "./list.ts"
import type { Log } from "./log.ts"
import { mapReplays } from "./map-replays.ts"
import { int, text } from "./row.ts"
import { countTypeUpto } from "./sql/count-type-upto.ts"
import { hearGroup } from "./sql/hear-group.ts"
import { hearTypes } from "./sql/hear-types.ts"
import { insertGroupType } from "./sql/insert-group-type.ts"
import { insertGroup } from "./sql/insert-group.ts"
import { insertPartitions } from "./sql/insert-partitions.ts"
import { selectGroupTypes } from "./sql/select-group-types.ts"
import { pruneTypes } from "./type-grace.ts"

/** Creates a group, or adds types to it: under the log's lock, so that `since` is the head of that moment. */
export async function ensureGroup(log: Log, spec: GroupSpec): Promise<Ensured> {
  checkName("group", spec.group)
  checkLimit("maxLanes", spec.maxLanes)
  for (const type of spec.types) checkName("type", type)
  return underLock(log, async (locked) => {
    const found = await groupToChange(locked, spec.group)
    if (found !== undefined && found.order !== spec.order) return { kind: "order-differs", stored: found.order }
    const group = found ?? (await createGroup(log, locked, spec))
    const added = await wantTypes(log, locked, { group, types: [...new Set(spec.types)], created: found === undefined })
    await locked.on.count(hearGroup, group.id, locked.now, spec.maxLanes)
    await pruneTypes(locked, group)
    const types = (await locked.on.rows(selectGroupTypes, group.id)).map((row) => text(row[0]))
    const missing = types.filter((type) => !spec.types.includes(type))
    return { kind: "ensured", created: found === undefined, added, missing }
  })
}

async function createGroup(log: Log, { on, head, trimmedTo, now }: LockedLog, spec: GroupSpec): Promise<GroupRow> {
  const dated = spec.start.at === "date" ? await lastBefore(on, spec.start.date, { head, trimmedTo }) : 0
  const start = resolveStart(spec.start, { head, lastBefore: () => dated })
  const [row] = await on.rows(insertGroup, toSortable(spec.group), spec.order, start, spec.maxLanes, now)
  const group = groupOf(row ?? [])
  const { limit } = replayFromStart(start)
  await on.count(insertPartitions, group.id, spec.order === "stream" ? log.partitions : 1, start, limit)
  return group
}

async function wantTypes(
  log: Log,
  locked: LockedLog,
  { group, types, created }: { readonly group: GroupRow; readonly types: readonly string[]; readonly created: boolean },
): Promise<readonly AddedType[]> {
  const { on, head: since, now } = locked
  const known = new Set((await on.rows(selectGroupTypes, group.id)).map((row) => text(row[0])))
  await on.count(hearTypes, group.id, textList(types), now)
  const added: AddedType[] = []
  for (const type of types) {
    if (known.has(type)) continue
    await on.count(insertGroupType, group.id, type, created ? 0 : since, now)
    if (created) continue
    await mapReplays(on, group, (replay) => replayAfterTypeJoins(replay, { type, start: group.start, since }))
    const [row] = await on.rows(countTypeUpto, type, since, log.partitions)
    added.push({ type, since, passedOver: int(row?.[0]) })
  }
  return added
}
